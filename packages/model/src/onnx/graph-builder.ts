import { HairlineError } from "@hairline/core/errors";
import { float32ToFloat16 } from "../weights/half.ts";
import type { Attribute, Initializer, OnnxGraph, OnnxNode, ValueInfo } from "./model.ts";

/** All ones: infinity or NaN. */
const HALF_EXPONENT = 0x7c00;

/** Collects an ONNX graph node by node. Values are referred to by name; each name is given once. */
export class GraphBuilder {
  readonly #name: string;
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #nodes: OnnxNode[] = [];
  readonly #known = new Set<string>();

  constructor(name: string) {
    this.#name = name;
  }

  input(value: ValueInfo): string {
    this.#inputs.push(value);
    return this.#define(value.name);
  }

  /** Declares a value already computed as a result of the graph. */
  output(value: ValueInfo): void {
    this.#require(value.name);
    this.#outputs.push(value);
  }

  /** A float32 constant; the values are rounded from float64. */
  float32(name: string, shape: readonly number[], values: ArrayLike<number>): string {
    return this.constant({ name, type: "float32", shape, bytes: bytesOf(new Float32Array(values)) });
  }

  /** A constant of the float type given. @throws HairlineError WEIGHTS_TENSOR_NOT_FINITE beyond half precision */
  floats(
    type: "float32" | "float16",
    { name, shape, values }: { name: string; shape: readonly number[]; values: Float32Array },
  ): string {
    if (type === "float32") return this.float32(name, shape, values);
    const bits = float32ToFloat16(values);
    if (bits.some((half) => (half & HALF_EXPONENT) === HALF_EXPONENT))
      throw new HairlineError("WEIGHTS_TENSOR_NOT_FINITE", `${name} does not fit half precision.`, {
        field: name,
        remedy: "Run this network in fp32.",
      });
    return this.constant({ name, type, shape, bytes: bytesOf(bits) });
  }

  int64(name: string, values: readonly number[]): string {
    const bytes = bytesOf(BigInt64Array.from(values, BigInt));
    return this.constant({ name, type: "int64", shape: [values.length], bytes });
  }

  /** A constant given as bytes. */
  constant(initializer: Initializer): string {
    this.#initializers.push(initializer);
    return this.#define(initializer.name);
  }

  /** Adds an operator of the default ONNX domain, and returns its (first) result's name. */
  node(
    node: Omit<OnnxNode, "attributes"> & { readonly attributes?: Readonly<Record<string, Attribute>> },
  ): string {
    for (const input of node.inputs) this.#require(input);
    this.#nodes.push({ attributes: {}, ...node });
    if (node.secondOutput !== undefined) this.#define(node.secondOutput);
    return this.#define(node.output);
  }

  build(): OnnxGraph {
    return {
      name: this.#name,
      inputs: this.#inputs,
      outputs: this.#outputs,
      initializers: this.#initializers,
      nodes: this.#nodes,
    };
  }

  #define(name: string): string {
    if (this.#known.has(name)) throw new HairlineError("INTERNAL", `The graph names ${name} twice.`);
    this.#known.add(name);
    return name;
  }

  #require(name: string): void {
    if (!this.#known.has(name))
      throw new HairlineError("INTERNAL", `The graph uses ${name} before it is computed.`);
  }
}

export function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
