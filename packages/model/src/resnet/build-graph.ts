import type { Preprocessing } from "@hairline/imaging/preprocess";
import { encodeOnnx } from "../onnx/encode.ts";
import { GraphBuilder } from "../onnx/graph-builder.ts";
import { camSide } from "./architecture.ts";
import type { TrunkArithmetic } from "./graph/arithmetic.ts";
import { FloatArithmetic } from "./graph/float-arithmetic.ts";
import { addHead } from "./graph/head.ts";
import { addNormalisedImage } from "./graph/normalise.ts";
import { addTrunk } from "./graph/trunk.ts";
import { requireScorer, type ResnetWeights } from "./identify.ts";

/**
 * The inference graph of a scorer as an ONNX file (opset 17).
 *
 * Input `image`: uint8 [N, C, S, S], C = 1 (grey, replicated) or 3, normalised inside as ((x / 255) - mean) / std.
 * Outputs, float32: `logit` [N]; `cam` [N, h, w], Grad-CAM at layer4 after ReLU; `embedding` [N, 512].
 * Batch norm is folded. Behind layer4 come only average pooling and one linear unit, so the logit's gradient at
 * layer4 is w_k / (h w) everywhere, and Grad-CAM is ReLU(sum_k w_k A_k) / (h w) without a backward pass.
 *
 * @param precision `fp16` keeps the trunk's weights and maps in half precision; normalisation and head stay float32
 * @throws HairlineError WEIGHTS_TENSOR_SHAPE for ImageNet weights, WEIGHTS_TENSOR_NOT_FINITE when folding overflows, or
 *   a folded weight does not fit half precision
 * @see Selvaraju et al. 2017, arXiv:1610.02391, and Zhou et al. 2016, arXiv:1512.04150
 */
export function buildResnetGraph(
  weights: ResnetWeights,
  preprocessing: Preprocessing,
  precision: "fp32" | "fp16" = "fp32",
): Uint8Array<ArrayBuffer> {
  const type = precision === "fp16" ? "float16" : "float32";
  return buildScorerGraph({ weights, preprocessing }, (graph) => new FloatArithmetic(graph, type));
}

export interface ScorerGraphOptions {
  readonly weights: ResnetWeights;
  readonly preprocessing: Preprocessing;
  /** Float32 values of the trunk that the graph gives out besides, under their own names. */
  readonly exposed?: readonly string[];
}

/** The graph of a scorer whose trunk is written by `arithmetic`. */
export function buildScorerGraph(
  { weights, preprocessing, exposed = [] }: ScorerGraphOptions,
  arithmetic: (graph: GraphBuilder) => TrunkArithmetic,
): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder(requireScorer(weights).architecture);
  const image = addNormalisedImage(graph, preprocessing);
  const features = addTrunk(arithmetic(graph), weights, image);
  addHead(graph, { features, weights, side: camSide(preprocessing.inputSize) });
  for (const name of exposed)
    graph.output({ name, type: "float32", shape: ["N", `${name}.c`, `${name}.h`, `${name}.w`] });
  return encodeOnnx(graph.build());
}
