import type { FoldedConvolution } from "../resnet/fold-batch-norm.ts";

/** All 8 bits but -128, which has no opposite. */
const LARGEST_LEVEL = 127;

/** A channel without weights, or with tiny ones, still needs a scale that is a normal number. */
const LEAST_SCALE = 1e-10;

export interface QuantizedConvolution {
  /** Row-major [output channels, input channels, height, width]; symmetric, so zero is level 0. */
  readonly levels: Int8Array;
  /** [output channels]: value = scale * level */
  readonly scales: Float32Array;
  /** [output channels], in units of the input's scale times the channel's. */
  readonly bias: Int32Array;
  readonly biasScales: Float32Array;
}

const INT32 = 2 ** 31 - 1;

/** Each output channel is spread over its own range: one wide channel costs the others no precision. */
export function quantizeConvolution(
  { weight, bias }: FoldedConvolution,
  inputScale: number,
): QuantizedConvolution {
  const channels = bias.length;
  const perChannel = weight.length / channels;
  const levels = new Int8Array(weight.length);
  const scales = new Float32Array(channels);
  const biasLevels = new Int32Array(channels);
  const biasScales = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel += 1) {
    const kernel = weight.subarray(channel * perChannel, (channel + 1) * perChannel);
    const peak = kernel.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // A bias far larger than the weights must still fit 32 bits.
    const least = Math.max(LEAST_SCALE, (Math.abs(bias[channel] ?? 0) / inputScale / INT32) * 1.01);
    const scale = Math.fround(Math.max(peak / LARGEST_LEVEL, least));
    scales[channel] = scale;
    kernel.forEach((value, index) => {
      levels[channel * perChannel + index] = Math.round(value / scale);
    });
    biasScales[channel] = inputScale * scale;
    biasLevels[channel] = Math.round((bias[channel] ?? 0) / (biasScales[channel] ?? 1));
  }
  return { levels, scales, bias: biasLevels, biasScales };
}
