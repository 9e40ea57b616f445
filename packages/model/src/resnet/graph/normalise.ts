import type { Preprocessing } from "@hairline/imaging/preprocess";
import type { GraphBuilder } from "../../onnx/graph-builder.ts";
import { ONNX_ELEMENT_TYPE, type Dimension } from "../../onnx/model.ts";
import { GRAPH_INPUT } from "../graph-interface.ts";

/** The graph's input, as ((x / 255) - mean) / std in float32; grey is replicated by broadcasting. */
export function addNormalisedImage(
  graph: GraphBuilder,
  { inputSize, mean, std }: Preprocessing,
  count: Dimension = "N",
): string {
  const image = graph.input({ name: GRAPH_INPUT, type: "uint8", shape: [count, "C", inputSize, inputSize] });
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
    attributes: { to: ONNX_ELEMENT_TYPE.float32 },
  });
  const scaled = graph.node({ operator: "Mul", inputs: [float, scale], output: "image.scaled" });
  return graph.node({ operator: "Add", inputs: [scaled, offset], output: "image.normalised" });
}
