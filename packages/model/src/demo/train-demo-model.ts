import { IMAGENET_PREPROCESSING, type Preprocessing } from "@hairline/imaging/preprocess";
import { openOnnxRuntimeEngine, type InferenceEngine } from "../engine/index.ts";
import { EMBEDDING_LENGTH } from "../resnet/architecture.ts";
import { buildResnetGraph } from "../resnet/build-graph.ts";
import { identifyResnet } from "../resnet/identify.ts";
import { embedImages, type LabelledImage } from "../train/embed-images.ts";
import { trainLogisticHead, type LogisticHead } from "../train/logistic-head.ts";
import { float32Tensor, type StateDict } from "../weights/tensor.ts";
import { CONSTANT_CHANNEL, loadDemoTrunk } from "./trunk.ts";

/** What everyone who sees a figure of this model must be told. */
export const DEMO_MODEL_NOTICE =
  "Demo only: a small network trained on computer-drawn radiographs, its last layer on this archive's training " +
  "split. The same generator drew both, so its figures flatter it. Worthless on real radiographs and not a medical device.";

/** What the images must have been loaded with, and the registry must store. */
export const DEMO_PREPROCESSING: Preprocessing = IMAGENET_PREPROCESSING;

/** On standardised columns; the best of 1e-3 … 1 by the log loss of five folds of the training split. */
const L2 = 0.1;

export interface DemoTrainingOptions {
  /** The training split only, loaded with DEMO_PREPROCESSING; read once, in order. */
  readonly images: Iterable<LabelledImage> | AsyncIterable<LabelledImage>;
  /** Default: ONNX Runtime on the CPU. */
  readonly openEngine?: (graph: Uint8Array) => Promise<InferenceEngine>;
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
  /** Images embedded so far. */
  readonly onProgress?: (done: number) => void;
}

export interface DemoTrainingReport {
  readonly images: number;
  readonly positives: number;
  readonly iterations: number;
  readonly converged: boolean;
  readonly loss: number;
  readonly l2: number;
  readonly positiveWeight: number;
}

export interface DemoModel {
  /** A ResNet-18 with one logit, under torchvision's names. */
  readonly stateDict: StateDict;
  readonly report: DemoTrainingReport;
  /** For the model's row and every report. */
  readonly description: string;
}

/**
 * Fits the last layer of the demo's network to labelled images: some seconds for 240 of them.
 *
 * @throws HairlineError LABELS_ONE_SIDED when the images are not of both classes, INTERRUPTED when the signal
 *   fires, and as the engine does
 */
export async function trainDemoModel(options: DemoTrainingOptions): Promise<DemoModel> {
  const { images, openEngine = openOnnxRuntimeEngine, ...embedding } = options;
  const trunk = await loadDemoTrunk();
  await using engine = await openEngine(buildResnetGraph(identifyResnet(trunk), DEMO_PREPROCESSING));
  const rows = await embedImages(images, { ...embedding, engine });
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const head = await trainLogisticHead({ ...rows, l2: L2, positiveWeight: 1, ...signal });
  const stateDict = new Map([...trunk, ...lastLayer(head)]);
  const { iterations, converged, loss, positiveWeight } = head;
  const positives = rows.labels.reduce((sum, label) => sum + label, 0);
  return {
    stateDict,
    report: { images: rows.labels.length, positives, iterations, converged, loss, l2: L2, positiveWeight },
    description: DEMO_MODEL_NOTICE,
  };
}

/**
 * The bias as the weight of the constant channel: the logit stays, and before its ReLU the CAM's mean is the logit,
 * so cells without evidence stay dark. With the bias outside, its value (-3.4 to 2.1 over six archives) decided
 * whether bare background was lit.
 */
function lastLayer({ weight, bias }: LogisticHead): StateDict {
  const values = Float32Array.from(weight);
  values[CONSTANT_CHANNEL] = bias;
  return new Map([
    ["fc.weight", float32Tensor([1, EMBEDDING_LENGTH], values)],
    ["fc.bias", float32Tensor([1], [0])],
  ]);
}
