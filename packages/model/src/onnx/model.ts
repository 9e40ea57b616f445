/** ONNX TensorProto.DataType of the element types written here. */
export const ONNX_ELEMENT_TYPE = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  float16: 10,
} as const;

export type OnnxElementType = keyof typeof ONNX_ELEMENT_TYPE;

/** A size known when the graph is built, or the name of one that a run decides. */
export type Dimension = number | string;

export interface ValueInfo {
  readonly name: string;
  readonly type: OnnxElementType;
  readonly shape: readonly Dimension[];
}

/** A constant; `bytes` are row-major and little-endian. */
export interface Initializer {
  readonly name: string;
  readonly type: OnnxElementType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Integers and their lists are plain; a float must say so, since 1 could be either. */
export type Attribute = number | readonly number[] | { readonly float: number } | { readonly text: string };

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Of the few operators that have two, such as MaxPool with its indices. */
  readonly secondOutput?: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: readonly Initializer[];
  /** In an order in which every input is already known. */
  readonly nodes: readonly OnnxNode[];
}
