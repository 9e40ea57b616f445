import { delongAuc } from "@hairline/core/statistics";
import { EMBEDDING_LENGTH } from "@hairline/model/resnet";
import { ForwardPool, trainLogisticHead, weightedLoss, type LogisticHead } from "@hairline/model/train";
import { float32Tensor } from "@hairline/model/weights";
import { forwardImages } from "./forward-images.ts";
import { PixelSource } from "./pixel-source.ts";
import type { SideImages } from "./training-data.ts";
import type { TrainedNetwork, TrainingRun } from "./training-run.ts";

/** Fits the linear unit alone on the embeddings of the network it starts from: convex, so one fit and no epochs. */
export async function trainHead(run: TrainingRun): Promise<TrainedNetwork> {
  const { start, threads, recipe, progress, trained, held, signal } = run;
  const [embeddings, heldEmbeddings] = (await storedOf(run)) ?? (await computedOf(run));
  progress.begin("training", { steps: 1 });
  const head = await trainLogisticHead({
    embeddings,
    labels: Uint8Array.from(trained.labels),
    width: EMBEDDING_LENGTH,
    positiveWeight: recipe.positiveWeight,
    signal,
    onProgress: ({ loss }) => progress.update({ loss }),
  });
  const logits = applyHead(head, heldEmbeddings);
  const lossOf = (side: SideImages, values: Float64Array) =>
    weightedLoss({ logits: values, labels: side.labels }, head.positiveWeight) ?? 0;
  const loss = lossOf(held, logits);
  await run.attempt.writeEpoch({
    epoch: 0,
    trainingLoss: lossOf(trained, applyHead(head, embeddings)),
    validationLoss: loss,
    auroc: delongAuc(logits, held.labels)?.auc ?? null,
    learningRate: 0,
    imagesPerSecond: null,
    best: true,
  });
  const weights = new Map(start)
    .set("fc.weight", float32Tensor([1, EMBEDDING_LENGTH], head.weight))
    .set("fc.bias", float32Tensor([1], [head.bias]));
  const engine = `L-BFGS on embeddings, ${threads} threads`;
  return { weights, logits, epochs: 1, best: { epoch: 0, loss, waited: 0 }, batchNorm: null, engine };
}

type BothSides = readonly [trained: Float32Array, held: Float32Array];

/** As the model it starts from left them when it scored with --embeddings. */
async function storedOf({
  training,
  trained,
  held,
  storedEmbeddings,
}: TrainingRun): Promise<BothSides | undefined> {
  if (training.baseModelId === null) return undefined;
  const imageIds = [...trained.images, ...held.images].map(({ imageId }) => imageId);
  const all = await storedEmbeddings(training.baseModelId, imageIds);
  const border = trained.images.length * EMBEDDING_LENGTH;
  return all === undefined ? undefined : [all.subarray(0, border), all.subarray(border)];
}

async function computedOf(run: TrainingRun): Promise<BothSides> {
  const { start, preprocessing, threads, progress, trained, held } = run;
  progress.begin("maps", { images: 0, imagesTotal: trained.images.length + held.images.length });
  await using pool = new ForwardPool({ weights: start, preprocessing, task: "embedding", threads });
  return [await embed(run, pool, trained), await embed(run, pool, held)];
}

async function embed(run: TrainingRun, pool: ForwardPool, side: SideImages): Promise<Float32Array> {
  const { loader, signal, progress } = run;
  const count = side.images.length;
  const embeddings = new Float32Array(count * EMBEDDING_LENGTH);
  const source = new PixelSource({ images: side.images, loader });
  await forwardImages({
    pool,
    source,
    count,
    signal,
    onResults: (from, results) => {
      embeddings.set(results, from * EMBEDDING_LENGTH);
      progress.update({ images: progress.read().images + results.length / EMBEDDING_LENGTH });
    },
  });
  return embeddings;
}

function applyHead({ weight, bias }: LogisticHead, embeddings: Float32Array): Float64Array {
  const logits = new Float64Array(embeddings.length / EMBEDDING_LENGTH).fill(bias);
  for (let row = 0; row < logits.length; row += 1)
    for (let at = 0; at < EMBEDDING_LENGTH; at += 1)
      logits[row]! += weight[at]! * embeddings[row * EMBEDDING_LENGTH + at]!;
  return logits;
}
