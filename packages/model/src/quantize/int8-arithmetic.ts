import { HairlineError } from "@hairline/core/errors";
import { bytesOf, type GraphBuilder } from "../onnx/graph-builder.ts";
import type { ConvolutionLayer, TrunkArithmetic } from "../resnet/graph/arithmetic.ts";
import { convolutionAttributes, FloatArithmetic, MAX_POOL } from "../resnet/graph/float-arithmetic.ts";
import { affineLevels, type ActivationRange, type ActivationRanges } from "./activation-range.ts";
import { quantizeConvolution } from "./quantize-weights.ts";

/** The names of an 8-bit map's scale and zero point in the graph. */
interface Scaling {
  readonly value: number;
  readonly scale: string;
  readonly zeroPoint: string;
}

/**
 * The trunk in 8 bits as pairs of QuantizeLinear and DequantizeLinear around each layer, which ONNX Runtime fuses into
 * integer kernels. Maps are unsigned with a zero point, weights signed and symmetric per channel (the pairing of the
 * VNNI instructions). A map after ReLU has zero point 0, so that quantizing it is the ReLU. The first convolution stays
 * in float32, and so does the last sum: they see the widest range, and the head needs the map in float32 anyway.
 */
export class Int8Arithmetic implements TrunkArithmetic {
  readonly #graph: GraphBuilder;
  readonly #float: FloatArithmetic;
  readonly #ranges: ActivationRanges;
  /** By name of the dequantized value. */
  readonly #scalings = new Map<string, Scaling>();

  constructor(graph: GraphBuilder, ranges: ActivationRanges) {
    this.#graph = graph;
    this.#float = new FloatArithmetic(graph, "float32");
    this.#ranges = ranges;
  }

  begin(image: string): string {
    return image;
  }

  convolve(input: string, layer: ConvolutionLayer): string {
    const scaling = this.#scalings.get(input);
    if (scaling === undefined) return this.#quantized(this.#float.convolve(input, layer), layer.name);
    return this.#quantized(this.#convolve8(input, { layer, inputScale: scaling.value }), layer.name);
  }

  convolveRelu(input: string, layer: ConvolutionLayer): string {
    const range = `${layer.name}.relu`;
    const scaling = this.#scalings.get(input);
    if (scaling === undefined) return this.#quantized(this.#float.convolve(input, layer), range);
    return this.#quantized(this.#convolve8(input, { layer, inputScale: scaling.value }), range);
  }

  maxPool(input: string): string {
    const pooled = this.#graph.node({
      operator: "MaxPool",
      inputs: [input],
      output: "maxpool",
      attributes: MAX_POOL,
    });
    const scaling = this.#scalings.get(input);
    return scaling === undefined ? pooled : this.#withScaling(pooled, scaling);
  }

  addRelu(
    summands: readonly [string, string],
    { name, last }: { readonly name: string; readonly last: boolean },
  ): string {
    if (last) return this.#float.addRelu(summands, { name });
    const sum = this.#graph.node({ operator: "Add", inputs: summands, output: `${name}.sum` });
    return this.#quantized(sum, `${name}.sum.relu`);
  }

  finish(features: string): string {
    return features;
  }

  #convolve8(
    input: string,
    { layer, inputScale }: { readonly layer: ConvolutionLayer; readonly inputScale: number },
  ): string {
    const { name, folded } = layer;
    const quantized = quantizeConvolution(folded, inputScale);
    const weight = this.#dequantizedConstant(`${name}.weight`, {
      type: "int8",
      shape: folded.shape,
      levels: quantized.levels,
      scales: quantized.scales,
    });
    const bias = this.#dequantizedConstant(`${name}.bias`, {
      type: "int32",
      shape: [folded.bias.length],
      levels: quantized.bias,
      scales: quantized.biasScales,
    });
    return this.#graph.node({
      operator: "Conv",
      inputs: [input, weight, bias],
      output: name,
      attributes: convolutionAttributes(layer),
    });
  }

  /** A constant with a scale for each index of its first axis. */
  #dequantizedConstant(
    name: string,
    constant: {
      readonly type: "int8" | "int32";
      readonly shape: readonly number[];
      readonly levels: Int8Array | Int32Array;
      readonly scales: Float32Array;
    },
  ): string {
    const { type, shape, levels, scales } = constant;
    const stored = this.#graph.constant({ name: `${name}.levels`, type, shape, bytes: bytesOf(levels) });
    const scale = this.#graph.float32(`${name}.scale`, [scales.length], scales);
    const zeros = type === "int8" ? new Int8Array(scales.length) : new Int32Array(scales.length);
    const zeroPoint = this.#graph.constant({
      name: `${name}.zero`,
      type,
      shape: [scales.length],
      bytes: bytesOf(zeros),
    });
    return this.#graph.node({
      operator: "DequantizeLinear",
      inputs: [stored, scale, zeroPoint],
      output: name,
      attributes: { axis: 0 },
    });
  }

  #quantized(input: string, rangeName: string): string {
    return this.#withScaling(input, this.#scaling(rangeName));
  }

  #withScaling(input: string, scaling: Scaling): string {
    const constants = [scaling.scale, scaling.zeroPoint];
    const quantize = { operator: "QuantizeLinear", inputs: [input, ...constants], output: `${input}.levels` };
    const levels = this.#graph.node(quantize);
    const output = this.#graph.node({
      operator: "DequantizeLinear",
      inputs: [levels, ...constants],
      output: `${input}.8bit`,
    });
    this.#scalings.set(output, scaling);
    return output;
  }

  #scaling(rangeName: string): Scaling {
    const { scale, zeroPoint } = affineLevels(this.#range(rangeName));
    return {
      value: scale,
      scale: this.#graph.float32(`${rangeName}.range.scale`, [], [scale]),
      zeroPoint: this.#graph.constant({
        name: `${rangeName}.range.zero`,
        type: "uint8",
        shape: [],
        bytes: Uint8Array.of(zeroPoint),
      }),
    };
  }

  #range(name: string): ActivationRange {
    const range = this.#ranges.get(name);
    if (range !== undefined) return range;
    throw new HairlineError("INTERNAL", `No range was calibrated for ${name}.`, { field: name });
  }
}
