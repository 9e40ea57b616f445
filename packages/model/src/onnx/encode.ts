import {
  ONNX_ELEMENT_TYPE,
  type Attribute,
  type Initializer,
  type OnnxGraph,
  type OnnxNode,
  type ValueInfo,
} from "./model.ts";
import { MessageWriter } from "./protobuf.ts";

/** The first IR version that allows opset 17. */
const IR_VERSION = 8;
const OPSET = 17;
const ATTRIBUTE_TYPE = { float: 1, int: 2, text: 3, ints: 7 } as const;

/**
 * An ONNX file of opset 17. Deterministic: the same graph gives the same bytes.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto for the field numbers
 */
export function encodeOnnx(graph: OnnxGraph): Uint8Array<ArrayBuffer> {
  const opset = new MessageWriter().text(1, "").int(2, OPSET);
  return new MessageWriter()
    .int(1, IR_VERSION)
    .text(2, "hairline")
    .message(7, graphMessage(graph))
    .message(8, opset)
    .bytes();
}

function graphMessage(graph: OnnxGraph): MessageWriter {
  const message = new MessageWriter();
  for (const node of graph.nodes) message.message(1, nodeMessage(node));
  message.text(2, graph.name);
  for (const initializer of graph.initializers) message.message(5, tensorMessage(initializer));
  for (const input of graph.inputs) message.message(11, valueMessage(input));
  for (const output of graph.outputs) message.message(12, valueMessage(output));
  return message;
}

function nodeMessage(node: OnnxNode): MessageWriter {
  const message = new MessageWriter();
  for (const input of node.inputs) message.text(1, input);
  message.text(2, node.output);
  if (node.secondOutput !== undefined) message.text(2, node.secondOutput);
  message.text(3, node.output).text(4, node.operator);
  for (const [name, value] of Object.entries(node.attributes))
    message.message(5, attributeMessage(name, value));
  return message;
}

function attributeMessage(name: string, value: Attribute): MessageWriter {
  const message = new MessageWriter().text(1, name);
  if (typeof value === "number") return message.int(3, value).int(20, ATTRIBUTE_TYPE.int);
  if ("text" in value) return message.text(4, value.text).int(20, ATTRIBUTE_TYPE.text);
  if ("float" in value) return message.float(2, value.float).int(20, ATTRIBUTE_TYPE.float);
  for (const item of value) message.int(8, item);
  return message.int(20, ATTRIBUTE_TYPE.ints);
}

function tensorMessage({ name, type, shape, bytes }: Initializer): MessageWriter {
  const message = new MessageWriter();
  for (const size of shape) message.int(1, size);
  return message.int(2, ONNX_ELEMENT_TYPE[type]).text(8, name).raw(9, bytes);
}

function valueMessage({ name, type, shape }: ValueInfo): MessageWriter {
  const dimensions = new MessageWriter();
  for (const size of shape) {
    const dimension = new MessageWriter();
    dimensions.message(1, typeof size === "number" ? dimension.int(1, size) : dimension.text(2, size));
  }
  const tensor = new MessageWriter().int(1, ONNX_ELEMENT_TYPE[type]).message(2, dimensions);
  return new MessageWriter().text(1, name).message(2, new MessageWriter().message(1, tensor));
}
