/** Inputs of a batch, in the order asked for: pixels for the full stage, layer3's maps for layer4. */
export interface BatchInputs {
  readonly data: Uint8Array | Float32Array;
  readonly channels: 1 | 3;
}

/** The labelled images that a network is trained on. */
export interface TrainingSet {
  readonly count: number;
  /** [count] in [0, 1] */
  readonly labels: Float32Array;
  /** Body part of each, for mixed sampling. */
  readonly groups: readonly string[];
  /** @throws HairlineError what reading and decoding the images throws */
  load(indices: Int32Array, epoch: number): Promise<BatchInputs>;
}

/** What a positive counts beside a negative: negatives / positives of the set, or as given. */
export function positiveWeightOf(labels: Float32Array, setting: "balanced" | number): number {
  if (setting !== "balanced") return setting;
  const positives = labels.reduce((sum, label) => sum + label, 0);
  return (labels.length - positives) / positives;
}
