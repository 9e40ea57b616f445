/** Fraction bits of a weight: 8 of the 32 hold the pixel and 2 the head room (Pillow's PRECISION_BITS). */
export const PRECISION_BITS = 32 - 8 - 2;

/** Which input samples make up each output sample along one axis, and with what weight. */
export interface ResampleCoefficients {
  /** Taps reserved per output sample; `weights` is [outputSize, stride]. */
  readonly stride: number;
  /** shape [outputSize]; first input sample */
  readonly first: Int32Array;
  /** shape [outputSize]; number of input samples, 1..stride */
  readonly count: Int32Array;
  /** shape [outputSize, stride]; fixed point with PRECISION_BITS, each row sums to about 1 */
  readonly weights: Int32Array;
}

/**
 * Triangle-filter coefficients from `inputSize` to `outputSize` samples; when shrinking, the filter's support grows
 * with the scale (antialiasing). The order of the float64 operations and the rounding are Pillow's
 * (`precompute_coeffs` and `normalize_coeffs_8bpc` in Resample.c), so the integers are equal.
 */
export function resampleCoefficients(inputSize: number, outputSize: number): ResampleCoefficients {
  const scale = inputSize / outputSize;
  const support = Math.max(scale, 1);
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputSize);
  const count = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * stride);
  for (let sample = 0; sample < outputSize; sample += 1) {
    const centre = (sample + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - support + 0.5));
    const to = Math.min(inputSize, Math.trunc(centre + support + 0.5));
    first[sample] = from;
    count[sample] = to - from;
    weights.set(triangleWeights({ centre, from, to, support }), sample * stride);
  }
  return { stride, first, count, weights };
}

interface Window {
  readonly centre: number;
  readonly from: number;
  readonly to: number;
  readonly support: number;
}

function triangleWeights({ centre, from, to, support }: Window): Int32Array {
  const values = new Float64Array(to - from);
  const perSample = 1 / support;
  let sum = 0;
  for (let tap = 0; tap < values.length; tap += 1) {
    const distance = Math.abs((tap + from - centre + 0.5) * perSample);
    const value = distance < 1 ? 1 - distance : 0;
    values[tap] = value;
    sum += value;
  }
  return Int32Array.from(values, (value) => Math.trunc(0.5 + (value / sum) * 2 ** PRECISION_BITS));
}
