import type { Preprocessing } from "@hairline/imaging/preprocess";
import { add } from "../../autodiff/operators/add.ts";
import { batchNorm } from "../../autodiff/operators/batch-norm.ts";
import { convolution, type ConvolutionGeometry } from "../../autodiff/operators/convolution.ts";
import { foldedBatchNorm, type BatchNormParameters } from "../../autodiff/operators/folded-batch-norm.ts";
import { globalAveragePool } from "../../autodiff/operators/global-average-pool.ts";
import { linear } from "../../autodiff/operators/linear.ts";
import { maxPool } from "../../autodiff/operators/max-pool.ts";
import { relu } from "../../autodiff/operators/relu.ts";
import { weightedCrossEntropy } from "../../autodiff/operators/weighted-cross-entropy.ts";
import { Tape } from "../../autodiff/tape.ts";
import type { Value } from "../../autodiff/value.ts";
import { encodeOnnx } from "../../onnx/encode.ts";
import {
  basicBlocks,
  storedMapShape,
  type BasicBlock,
  type ResnetArchitecture,
} from "../../resnet/architecture.ts";
import { addNormalisedImage } from "../../resnet/graph/normalise.ts";
import { parameterLayout, type TrainingStage } from "./parameter-layout.ts";
import { addAdamwUpdate } from "./adamw-graph.ts";
import { gradientName, TRAINING_INPUTS, TRAINING_OUTPUTS, updatedName } from "./graph-names.ts";

export interface TrainingGraphOptions {
  readonly architecture: ResnetArchitecture;
  readonly stage: TrainingStage;
  readonly preprocessing: Preprocessing;
  /** Images of each run. */
  readonly count: number;
  /** `frozen` keeps the running statistics; `batch` normalises by each batch's own and updates them. */
  readonly batchNorm: "frozen" | "batch";
  /** `gradients` gives them out; `adamw` applies them and gives out the new weights and moments. */
  readonly results: "gradients" | "adamw";
  /** With `adamw`: whether a moving average of the weights is kept. */
  readonly averaged?: boolean;
  /** How the pooled maximum's gradient is written: see maxPool. */
  readonly poolGradient: "indices" | "masks";
}

/**
 * One training step of a ResNet scorer as an ordinary ONNX inference graph (opset 17): forward, weighted binary
 * cross-entropy, backward.
 *
 * Inputs: `image` uint8 [N, C, S, S] (stage full) or `maps` float32 [N, 256, S/16, S/16] (stage layer4); `label` and
 * `weight` [N, 1]; `positiveWeight` []; every tensor of parameterLayout by its name.
 * Outputs: `loss` [] (weighted sum), `logits` [N, 1], `gradient.*` or the results of addAdamwUpdate, and with batch
 * statistics `new.*` of the running ones.
 */
export function buildTrainingGraph(options: TrainingGraphOptions): Uint8Array<ArrayBuffer> {
  const tape = new Tape(`train-${options.architecture}`);
  const network = new TrainableNetwork(tape, options);
  const logit = network.logits();
  const label = tape.input(TRAINING_INPUTS.label, logit.shape);
  const weight = tape.input(TRAINING_INPUTS.weight, logit.shape);
  const positiveWeight = tape.input(TRAINING_INPUTS.positiveWeight, []);
  const { loss, gradient } = weightedCrossEntropy(tape, { logit, label, weight, positiveWeight });
  tape.output(TRAINING_OUTPUTS.loss, loss);
  tape.output(TRAINING_OUTPUTS.logits, logit);
  const gradients = tape.gradients(logit, gradient);
  const trained = network.parameters.filter(({ name }) => gradients.has(name));
  if (options.results === "gradients")
    for (const { name } of trained) tape.output(gradientName(name), gradients.get(name) as Value);
  else addAdamwUpdate(tape, { parameters: trained, gradients, averaged: options.averaged === true });
  for (const [name, value] of network.statistics) tape.output(updatedName(name), value);
  return encodeOnnx(tape.graph.build());
}

/** The layers, in torchvision's order and names. */
class TrainableNetwork {
  readonly parameters: readonly Value[];
  /** Running statistics behind the step, by name. */
  readonly statistics = new Map<string, Value>();
  readonly #tape: Tape;
  readonly #options: TrainingGraphOptions;
  readonly #tensors: ReadonlyMap<string, Value>;

  constructor(tape: Tape, options: TrainingGraphOptions) {
    this.#tape = tape;
    this.#options = options;
    const { entries } = parameterLayout(options.architecture, options.stage);
    const declare = (trained: boolean) =>
      entries
        .filter((entry) => entry.trained === trained)
        .map(({ name, shape }) => (trained ? tape.parameter(name, shape) : tape.input(name, shape)));
    this.parameters = declare(true);
    this.#tensors = new Map([...this.parameters, ...declare(false)].map((value) => [value.name, value]));
  }

  logits(): Value {
    const { architecture, stage } = this.#options;
    const blocks = basicBlocks(architecture);
    let map = stage === "full" ? this.#stem() : this.#storedMaps();
    for (const block of blocks)
      if (stage === "full" || block.name.startsWith("layer4.")) map = this.#block(map, block);
    const input = globalAveragePool(this.#tape, map);
    return linear(this.#tape, { input, weight: this.#tensor("fc.weight"), bias: this.#tensor("fc.bias") });
  }

  #storedMaps(): Value {
    const { count, preprocessing } = this.#options;
    return this.#tape.input(TRAINING_INPUTS.maps, [count, ...storedMapShape(preprocessing.inputSize)]);
  }

  /** Pooled before ReLU: both orders give the same values and gradients, and ReLU is on a quarter of the cells. */
  #stem(): Value {
    const { count, preprocessing, poolGradient } = this.#options;
    const name = addNormalisedImage(this.#tape.graph, preprocessing, count);
    const { inputSize } = preprocessing;
    const image: Value = { name, shape: [count, 3, inputSize, inputSize] };
    const maps = this.#normalised(image, ["conv1", "bn1"], { stride: 2, padding: 3 });
    return relu(this.#tape, maxPool(this.#tape, maps, { gradient: poolGradient }));
  }

  #block(input: Value, { name, stride, downsample }: BasicBlock): Value {
    const inner = this.#normalised(input, [`${name}.conv1`, `${name}.bn1`], { stride, padding: 1 });
    const activated = relu(this.#tape, inner);
    const residual = this.#normalised(activated, [`${name}.conv2`, `${name}.bn2`], { stride: 1, padding: 1 });
    const skip = downsample
      ? this.#normalised(input, [`${name}.downsample.0`, `${name}.downsample.1`], { stride, padding: 0 })
      : input;
    return relu(this.#tape, add(this.#tape, residual, skip));
  }

  /** A convolution and its batch norm. */
  #normalised(input: Value, names: readonly [string, string], geometry: ConvolutionGeometry): Value {
    const [convolutionName, normName] = names;
    const kernel = this.#tensor(`${convolutionName}.weight`);
    const parameters = this.#batchNorm(normName);
    if (this.#options.batchNorm === "frozen") {
      const folded = foldedBatchNorm(this.#tape, kernel, parameters);
      return convolution(this.#tape, { input, ...folded, ...geometry });
    }
    const maps = convolution(this.#tape, { input, kernel, ...geometry });
    const { output, mean, variance } = batchNorm(this.#tape, maps, parameters);
    this.statistics.set(parameters.mean.name, mean);
    this.statistics.set(parameters.variance.name, variance);
    return output;
  }

  #batchNorm(name: string): BatchNormParameters {
    return {
      weight: this.#tensor(`${name}.weight`),
      bias: this.#tensor(`${name}.bias`),
      mean: this.#tensor(`${name}.running_mean`),
      variance: this.#tensor(`${name}.running_var`),
    };
  }

  #tensor(name: string): Value {
    return this.#tensors.get(name) as Value;
  }
}
