import { HairlineError } from "@hairline/core/errors";

/** Factor that brings a gradient of that norm to the largest one allowed, as torch.nn.utils.clip_grad_norm_. */
export function clipScale(norm: number, largest: number | undefined): number {
  return largest === undefined ? 1 : Math.min(1, largest / (norm + 1e-6));
}

/** @throws HairlineError TRAINING_DIVERGED */
export function requireFinite({
  loss,
  gradientNorm,
}: {
  readonly loss: number;
  readonly gradientNorm: number;
}): void {
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) return;
  throw new HairlineError("TRAINING_DIVERGED", `Loss ${loss}, gradient norm ${gradientNorm}.`, {
    remedy: "Lower the learning rate, clip the gradients, or start from other weights.",
  });
}
