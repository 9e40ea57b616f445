import { HairlineError } from "@hairline/core/errors";
import { storedMapShape } from "../../resnet/architecture.ts";
import type { TrainerSettings, TrainingBatch } from "./trainer.ts";

export interface BatchPart {
  readonly data: Uint8Array | Float32Array;
  readonly labels: Float32Array;
}

/** The batch in `count` parts of consecutive images, as even as can be; the last may be empty. */
export function partsOf(batch: TrainingBatch, count: number): BatchPart[] {
  const share = Math.ceil(batch.count / count);
  const length = batch.data.length / batch.count;
  return Array.from({ length: count }, (_, index) => {
    const from = Math.min(batch.count, index * share);
    const to = Math.min(batch.count, from + share);
    return { data: batch.data.slice(from * length, to * length), labels: batch.labels.slice(from, to) };
  });
}

/** @throws HairlineError BAD_SHAPE */
export function checkTrainingBatch(batch: TrainingBatch, settings: TrainerSettings): void {
  const { count, data, channels, labels, positiveWeight } = batch;
  const { batchSize, stage, preprocessing } = settings;
  const { inputSize } = preprocessing;
  const fail = (message: string, field: string): never => {
    throw new HairlineError("BAD_SHAPE", message, { field });
  };
  if (!Number.isSafeInteger(count) || count < 1 || count > batchSize)
    fail(`A batch of ${count} images; the trainer takes 1 to ${batchSize}.`, "count");
  if (settings.batchNorm === "batch" && count !== batchSize)
    fail(`Batch statistics need whole batches: ${count} of ${batchSize} images.`, "count");
  const length =
    stage === "full"
      ? channels * inputSize ** 2
      : storedMapShape(inputSize).reduce((product, size) => product * size);
  if (data.length !== count * length || (stage === "full") !== data instanceof Uint8Array)
    fail(`${data.length} values do not make ${count} inputs of ${length}.`, "data");
  if (labels.length !== count || labels.some((label) => !(label >= 0 && label <= 1)))
    fail("Labels must be one number in [0, 1] for each image.", "labels");
  if (!(positiveWeight > 0 && Number.isFinite(positiveWeight)))
    fail(`The weight of positives is ${positiveWeight}.`, "positiveWeight");
}
