import { describe, expect, test } from "vitest";
import { encodeOnnx, GraphBuilder } from "@hairline/model/onnx";
import { MessageWriter } from "../../src/onnx/protobuf.ts";

describe("MessageWriter", () => {
  // Examples of the protobuf encoding guide: 150 is 96 01; a text is its length and UTF-8; -2 takes ten bytes.
  test.each([
    ["an integer", new MessageWriter().int(1, 150), "08 96 01"],
    ["zero", new MessageWriter().int(1, 0), "08 00"],
    ["a negative integer", new MessageWriter().int(1, -2), "08 fe ff ff ff ff ff ff ff ff 01"],
    ["a text", new MessageWriter().text(2, "testing"), "12 07 74 65 73 74 69 6e 67"],
    ["a nested message", new MessageWriter().message(3, new MessageWriter().int(1, 150)), "1a 03 08 96 01"],
    ["a field above 15", new MessageWriter().int(20, 1), "a0 01 01"],
    // float32 1.5 is 0x3FC00000, little-endian.
    ["a float", new MessageWriter().float(2, 1.5), "15 00 00 c0 3f"],
  ])("encodes %s", (_, message, hex) => {
    expect(Buffer.from(message.bytes()).toString("hex")).toBe(hex.replaceAll(" ", ""));
  });
});

describe("GraphBuilder", () => {
  test("gives the same bytes for the same graph", () => {
    const build = (): Uint8Array => {
      const graph = new GraphBuilder("sum");
      const a = graph.input({ name: "a", type: "float32", shape: ["N", 2] });
      const b = graph.float32("b", [2], [1, 2]);
      graph.output({
        name: graph.node({ operator: "Add", inputs: [a, b], output: "c" }),
        type: "float32",
        shape: ["N", 2],
      });
      return encodeOnnx(graph.build());
    };
    expect(build()).toEqual(build());
  });

  test("refuses a name given twice", () => {
    const graph = new GraphBuilder("g");
    graph.float32("a", [1], [0]);
    expect(() => graph.int64("a", [0])).toThrow(expect.objectContaining({ code: "INTERNAL" }));
  });

  test("refuses a value that is not computed yet", () => {
    const graph = new GraphBuilder("g");
    const relu = { operator: "Relu", inputs: ["later"], output: "y" };
    expect(() => graph.node(relu)).toThrow(expect.objectContaining({ code: "INTERNAL" }));
    expect(() => graph.output({ name: "later", type: "float32", shape: [] })).toThrow(
      expect.objectContaining({ code: "INTERNAL" }),
    );
  });
});
