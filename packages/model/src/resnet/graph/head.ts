import type { GraphBuilder } from "../../onnx/graph-builder.ts";
import { toFloat32, type Tensor } from "../../weights/tensor.ts";
import { EMBEDDING_LENGTH } from "../architecture.ts";
import { GRAPH_OUTPUTS } from "../graph-interface.ts";
import type { ResnetWeights } from "../identify.ts";

/** Logit, CAM and embedding of the last map, always in float32: it is a thousandth of the work. */
export function addHead(
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
