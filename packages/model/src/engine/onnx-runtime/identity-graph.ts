import { encodeOnnx } from "../../onnx/encode.ts";
import { GraphBuilder } from "../../onnx/graph-builder.ts";

/** The least network a provider can open. */
export function providerIdentityGraph(): Uint8Array {
  const graph = new GraphBuilder("identity");
  const input = graph.input({ name: "in", type: "float32", shape: [4] });
  graph.output({
    name: graph.node({ operator: "Relu", inputs: [input], output: "out" }),
    type: "float32",
    shape: [4],
  });
  return encodeOnnx(graph.build());
}
