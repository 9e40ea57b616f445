import { ONNX_ELEMENT_TYPE } from "../../onnx/model.ts";
import type { GraphBuilder } from "../../onnx/graph-builder.ts";
import type { ConvolutionLayer, TrunkArithmetic } from "./arithmetic.ts";

export const MAX_POOL = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] } as const;

export function convolutionAttributes({ folded, stride, padding }: ConvolutionLayer) {
  return {
    kernel_shape: folded.shape.slice(2),
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  };
}

/** The trunk in floating point; in half precision, weights and maps are half as large. */
export class FloatArithmetic implements TrunkArithmetic {
  readonly #graph: GraphBuilder;
  readonly #type: "float32" | "float16";

  constructor(graph: GraphBuilder, type: "float32" | "float16") {
    this.#graph = graph;
    this.#type = type;
  }

  begin(image: string): string {
    return this.#type === "float16" ? this.#cast(image, "float16") : image;
  }

  convolve(input: string, layer: ConvolutionLayer): string {
    const { name, folded } = layer;
    const { shape, weight, bias } = folded;
    const kernel = this.#graph.floats(this.#type, { name: `${name}.weight`, shape, values: weight });
    const offset = this.#graph.floats(this.#type, {
      name: `${name}.bias`,
      shape: [bias.length],
      values: bias,
    });
    const inputs = [input, kernel, offset];
    return this.#graph.node({
      operator: "Conv",
      inputs,
      output: name,
      attributes: convolutionAttributes(layer),
    });
  }

  convolveRelu(input: string, layer: ConvolutionLayer): string {
    return this.#relu(this.convolve(input, layer));
  }

  maxPool(input: string): string {
    return this.#graph.node({
      operator: "MaxPool",
      inputs: [input],
      output: "maxpool",
      attributes: MAX_POOL,
    });
  }

  addRelu(summands: readonly [string, string], { name }: { readonly name: string }): string {
    return this.#relu(this.#graph.node({ operator: "Add", inputs: summands, output: `${name}.sum` }));
  }

  finish(features: string): string {
    return this.#type === "float16" ? this.#cast(features, "float32") : features;
  }

  #relu(input: string): string {
    return this.#graph.node({ operator: "Relu", inputs: [input], output: `${input}.relu` });
  }

  #cast(input: string, type: "float32" | "float16"): string {
    const attributes = { to: ONNX_ELEMENT_TYPE[type] };
    return this.#graph.node({ operator: "Cast", inputs: [input], output: `${input}.${type}`, attributes });
  }
}
