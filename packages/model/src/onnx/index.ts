export { encodeOnnx } from "./encode.ts";
export { GraphBuilder } from "./graph-builder.ts";
export type {
  Attribute,
  Dimension,
  Initializer,
  OnnxElementType,
  OnnxGraph,
  OnnxNode,
  ValueInfo,
} from "./model.ts";
