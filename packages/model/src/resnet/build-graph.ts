import type { Preprocessing } from "@hairline/imaging/preprocess";
import { encodeOnnx } from "../onnx/encode.ts";
import { GraphBuilder } from "../onnx/graph-builder.ts";
import { toFloat32, type Tensor } from "../weights/tensor.ts";
import { basicBlocks, camSide, EMBEDDING_LENGTH, type BasicBlock } from "./architecture.ts";
import { foldBatchNorm } from "./fold-batch-norm.ts";
import { requireScorer, type ResnetWeights } from "./identify.ts";

/** Names of the graph's input and outputs, the contract with every engine. */
export const GRAPH_INPUT = "image";
export const GRAPH_OUTPUTS = { logit: "logit", cam: "cam", embedding: "embedding" } as const;

/**
 * The inference graph of a scorer as an ONNX file (opset 17).
 *
 * Input `image`: uint8 [N, C, S, S], C = 1 (grey, replicated) or 3, normalised inside as ((x / 255) - mean) / std.
 * Outputs, float32: `logit` [N]; `cam` [N, h, w], Grad-CAM at layer4 after ReLU; `embedding` [N, 512].
 * Batch norm is folded. Behind layer4 come only average pooling and one linear unit, so the logit's gradient at
 * layer4 is w_k / (h w) everywhere, and Grad-CAM is ReLU(sum_k w_k A_k) / (h w) without a backward pass.
 *
 * @throws HairlineError WEIGHTS_TENSOR_SHAPE for ImageNet weights, WEIGHTS_TENSOR_NOT_FINITE when folding overflows
 * @see Selvaraju et al. 2017, arXiv:1610.02391, and Zhou et al. 2016, arXiv:1512.04150
 */
export function buildResnetGraph(
  weights: ResnetWeights,
  preprocessing: Preprocessing,
): Uint8Array<ArrayBuffer> {
  const { architecture } = requireScorer(weights);
  const graph = new GraphBuilder(architecture);
  const network = new NetworkBuilder(graph, weights);
  const image = normalisedImage(graph, preprocessing);
  let features = network.stem(image);
  for (const block of basicBlocks(architecture)) features = network.block(block, features);
  addHead(graph, { features, weights, side: camSide(preprocessing.inputSize) });
  return encodeOnnx(graph.build());
}

function normalisedImage(graph: GraphBuilder, { inputSize, mean, std }: Preprocessing): string {
  const image = graph.input({ name: GRAPH_INPUT, type: "uint8", shape: ["N", "C", inputSize, inputSize] });
  const scale = graph.float32(
    "normalise.scale",
    [1, 3, 1, 1],
    std.map((deviation) => 1 / (255 * deviation)),
  );
  const offsets = std.map((deviation, channel) => -(mean[channel] ?? 0) / deviation);
  const offset = graph.float32("normalise.offset", [1, 3, 1, 1], offsets);
  const float = graph.node({
    operator: "Cast",
    inputs: [image],
    output: "image.float",
    attributes: { to: 1 },
  });
  const scaled = graph.node({ operator: "Mul", inputs: [float, scale], output: "image.scaled" });
  return graph.node({ operator: "Add", inputs: [scaled, offset], output: "image.normalised" });
}

class NetworkBuilder {
  readonly #graph: GraphBuilder;
  readonly #weights: ResnetWeights;

  constructor(graph: GraphBuilder, weights: ResnetWeights) {
    this.#graph = graph;
    this.#weights = weights;
  }

  stem(image: string): string {
    const convolved = this.#convolve(image, {
      convolution: "conv1",
      batchNorm: "bn1",
      stride: 2,
      padding: 3,
    });
    return this.#graph.node({
      operator: "MaxPool",
      inputs: [this.#relu(convolved)],
      output: "maxpool",
      attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
    });
  }

  block({ name, stride, downsample }: BasicBlock, input: string): string {
    const first = { convolution: `${name}.conv1`, batchNorm: `${name}.bn1`, stride, padding: 1 };
    const second = { convolution: `${name}.conv2`, batchNorm: `${name}.bn2`, stride: 1, padding: 1 };
    const residual = this.#convolve(this.#relu(this.#convolve(input, first)), second);
    const skip = downsample ? this.#downsample(input, { name, stride }) : input;
    return this.#relu(this.#graph.node({ operator: "Add", inputs: [residual, skip], output: `${name}.sum` }));
  }

  #downsample(input: string, { name, stride }: { name: string; stride: number }): string {
    const layers = { convolution: `${name}.downsample.0`, batchNorm: `${name}.downsample.1` };
    return this.#convolve(input, { ...layers, stride, padding: 0 });
  }

  #convolve(
    input: string,
    {
      stride,
      padding,
      ...names
    }: { convolution: string; batchNorm: string; stride: number; padding: number },
  ): string {
    const { shape, weight, bias } = foldBatchNorm(this.#weights.tensors, names);
    const kernel = this.#graph.float32(`${names.convolution}.weight`, shape, weight);
    const offset = this.#graph.float32(`${names.convolution}.bias`, [bias.length], bias);
    return this.#graph.node({
      operator: "Conv",
      inputs: [input, kernel, offset],
      output: names.convolution,
      attributes: {
        kernel_shape: shape.slice(2),
        strides: [stride, stride],
        pads: [padding, padding, padding, padding],
      },
    });
  }

  #relu(input: string): string {
    return this.#graph.node({ operator: "Relu", inputs: [input], output: `${input}.relu` });
  }
}

function addHead(
  graph: GraphBuilder,
  { features, weights, side }: { features: string; weights: ResnetWeights; side: number },
): void {
  const unit = toFloat32(weights.tensors.get("fc.weight") as Tensor);
  const bias = toFloat32(weights.tensors.get("fc.bias") as Tensor);
  const weight = graph.float32("fc.weight", [1, EMBEDDING_LENGTH], unit);
  const kernel = graph.float32(
    "cam.weight",
    [1, EMBEDDING_LENGTH, 1, 1],
    unit.map((value) => value / side ** 2),
  );
  const offset = graph.float32("fc.bias", [1], bias);
  const flat = graph.int64("flat", [-1]);
  const grid = graph.int64("grid", [-1, side, side]);
  const { logit, cam, embedding } = GRAPH_OUTPUTS;

  const pooled = graph.node({ operator: "GlobalAveragePool", inputs: [features], output: "avgpool" });
  graph.node({ operator: "Flatten", inputs: [pooled], output: embedding });
  const linear = {
    operator: "Gemm",
    inputs: [embedding, weight, offset],
    output: "fc",
    attributes: { transB: 1 },
  };
  graph.node({ operator: "Reshape", inputs: [graph.node(linear), flat], output: logit });
  const summed = graph.node({ operator: "Conv", inputs: [features, kernel], output: "cam.sum" });
  const positive = graph.node({ operator: "Relu", inputs: [summed], output: "cam.relu" });
  graph.node({ operator: "Reshape", inputs: [positive, grid], output: cam });

  graph.output({ name: logit, type: "float32", shape: ["N"] });
  graph.output({ name: cam, type: "float32", shape: ["N", side, side] });
  graph.output({ name: embedding, type: "float32", shape: ["N", EMBEDDING_LENGTH] });
}
