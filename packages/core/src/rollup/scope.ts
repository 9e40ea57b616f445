/** Whose predictions a rollup counts. */
export interface RollupScope {
  readonly modelId: number;
  readonly datasetId: number;
  /** Alphas of the model, 0 for an external model without areas. */
  readonly alphaCount: number;
}

/** Cubes a rollup has: one also for a model without alphas, for probability and entropy. */
export function cubeCount({ alphaCount }: RollupScope): number {
  return Math.max(1, alphaCount);
}
