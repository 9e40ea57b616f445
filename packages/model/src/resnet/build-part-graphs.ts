import type { Preprocessing } from "@hairline/imaging/preprocess";
import { encodeOnnx } from "../onnx/encode.ts";
import { GraphBuilder } from "../onnx/graph-builder.ts";
import { camSide, storedMapShape, type BasicBlock } from "./architecture.ts";
import { FloatArithmetic } from "./graph/float-arithmetic.ts";
import { addHead } from "./graph/head.ts";
import { addNormalisedImage } from "./graph/normalise.ts";
import { addBlocks, addStem } from "./graph/trunk.ts";
import { requireScorer, type ResnetWeights } from "./identify.ts";

/** Output of the first part and input of the second. */
export const MAPS = "maps";

/**
 * The network up to layer3 as an ONNX file: what training of layer4 computes once for each image.
 * Input `image` as buildResnetGraph; output `maps` float32 [N, 256, S/16, S/16].
 */
export function buildMapsGraph(
  weights: ResnetWeights,
  preprocessing: Preprocessing,
): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder(`${weights.architecture}-layer3`);
  const arithmetic = new FloatArithmetic(graph, "float32");
  const stem = addStem(arithmetic, weights, addNormalisedImage(graph, preprocessing));
  const takes = (block: BasicBlock) => !isOfLayer4(block);
  const features = addBlocks(arithmetic, weights, { input: stem, takes });
  graph.node({ operator: "Identity", inputs: [features], output: MAPS });
  graph.output({ name: MAPS, type: "float32", shape: ["N", ...storedMapShape(preprocessing.inputSize)] });
  return encodeOnnx(graph.build());
}

/**
 * The rest of a scorer: from layer3's maps to the outputs of buildResnetGraph.
 *
 * @throws HairlineError WEIGHTS_TENSOR_SHAPE for ImageNet weights
 */
export function buildTailGraph(
  weights: ResnetWeights,
  { inputSize }: Preprocessing,
): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder(`${requireScorer(weights).architecture}-layer4`);
  const arithmetic = new FloatArithmetic(graph, "float32");
  const input = graph.input({ name: MAPS, type: "float32", shape: ["N", ...storedMapShape(inputSize)] });
  const features = addBlocks(arithmetic, weights, { input, takes: isOfLayer4 });
  addHead(graph, { features, weights, side: camSide(inputSize) });
  return encodeOnnx(graph.build());
}

function isOfLayer4({ name }: BasicBlock): boolean {
  return name.startsWith("layer4.");
}
