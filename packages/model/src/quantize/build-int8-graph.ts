import { buildScorerGraph, type ScorerGraphOptions } from "../resnet/build-graph.ts";
import { FloatArithmetic } from "../resnet/graph/float-arithmetic.ts";
import { basicBlocks, type ResnetArchitecture } from "../resnet/architecture.ts";
import type { ActivationRanges } from "./activation-range.ts";
import { Int8Arithmetic } from "./int8-arithmetic.ts";

/** Names of the float32 graph's maps that the int8 graph keeps in 8 bits, in the order of computation. */
export function quantizedMaps(architecture: ResnetArchitecture): string[] {
  const blocks = basicBlocks(architecture);
  return [
    "conv1.relu",
    ...blocks.flatMap(({ name, downsample }, index) => [
      `${name}.conv1.relu`,
      `${name}.conv2`,
      ...(downsample ? [`${name}.downsample.0`] : []),
      ...(index < blocks.length - 1 ? [`${name}.sum.relu`] : []),
    ]),
  ];
}

/** The float32 graph that gives out every map to be quantized as well. */
export function buildCalibrationGraph(
  options: Pick<ScorerGraphOptions, "weights" | "preprocessing">,
): Uint8Array<ArrayBuffer> {
  const exposed = quantizedMaps(options.weights.architecture);
  return buildScorerGraph({ ...options, exposed }, (graph) => new FloatArithmetic(graph, "float32"));
}

/**
 * The scorer with its trunk in 8 bits; inputs and outputs as buildResnetGraph's.
 *
 * @throws HairlineError INTERNAL when a map of quantizedMaps has no range
 */
export function buildInt8Graph(
  options: Pick<ScorerGraphOptions, "weights" | "preprocessing">,
  ranges: ActivationRanges,
): Uint8Array<ArrayBuffer> {
  return buildScorerGraph(options, (graph) => new Int8Arithmetic(graph, ranges));
}
