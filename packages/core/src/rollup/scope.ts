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

/** Name of the advisory lock that those who change the kept counts of a scope take turns by. */
export function turnName({ modelId, datasetId }: RollupScope): string {
  return `hairline rollup ${modelId} ${datasetId}`;
}
