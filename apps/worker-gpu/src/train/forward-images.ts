import type { ForwardPool } from "@hairline/model/train";
import { mapConcurrently } from "../pipeline/concurrency.ts";
import { batchesOf, type ImageSource } from "./training-data.ts";

/** Images of one call: always the same ones together, so that a result has the same bits again. */
const BATCH_SIZE = 8;

export interface ForwardOptions {
  readonly pool: ForwardPool;
  readonly source: ImageSource;
  readonly count: number;
  readonly signal: AbortSignal;
  /** Results of some images as they come, in no order; `from` is the place of the first. */
  readonly onResults: (from: number, results: Float32Array) => Promise<void> | void;
}

/** Runs all images of a source forward, without augmentation. */
export async function forwardImages({
  pool,
  source,
  count,
  signal,
  onResults,
}: ForwardOptions): Promise<void> {
  const run = async (indices: Int32Array) => {
    signal.throwIfAborted();
    const inputs = await source.load(indices, 0);
    return { from: indices[0]!, results: await pool.run({ ...inputs, count: indices.length }, signal) };
  };
  // One batch more than threads, read while they compute.
  for await (const { from, results } of mapConcurrently(batchesOf(count, BATCH_SIZE), pool.size + 1, run))
    await onResults(from, results);
}

/** One logit for each image of the source. */
export async function forwardLogits(options: Omit<ForwardOptions, "onResults">): Promise<Float32Array> {
  const logits = new Float32Array(options.count);
  await forwardImages({ ...options, onResults: (from, results) => logits.set(results, from) });
  return logits;
}
