import type { Recipe } from "./recipe.ts";

/** Where a training stands with its best epoch; plain data, kept in checkpoints. */
export interface BestEpoch {
  /** From 0; −1 before the first. */
  readonly epoch: number;
  /** Validation loss; null before the first epoch. */
  readonly loss: number | null;
  /** Epochs since. */
  readonly waited: number;
}

export const NO_EPOCH: BestEpoch = { epoch: -1, loss: null, waited: 0 };

/** Better means lower by more than minDelta; a loss that is not a number is never better. */
export function afterEpoch(
  best: BestEpoch,
  { epoch, loss }: { readonly epoch: number; readonly loss: number },
  { minDelta }: Pick<Recipe, "minDelta">,
): BestEpoch {
  return loss < (best.loss ?? Number.POSITIVE_INFINITY) - minDelta
    ? { epoch, loss, waited: 0 }
    : { ...best, waited: best.waited + 1 };
}

export function isExhausted({ waited }: BestEpoch, { patience }: Pick<Recipe, "patience">): boolean {
  return waited >= patience;
}
