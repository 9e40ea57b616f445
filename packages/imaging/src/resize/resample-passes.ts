import { PRECISION_BITS, type ResampleCoefficients } from "./resample-coefficients.ts";

const HALF = 1 << (PRECISION_BITS - 1);

/** 8-bit samples, row-major and interleaved: shape [height, width, channels]. */
interface Samples {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/**
 * Resamples every row. A line is one channel of one row; four lines at a time share the reading of a weight, which
 * takes 4.5 ms for the rows of 1500×2048 to 224, where one line at a time takes 8 ms.
 */
export function resampleRows(
  source: Samples,
  { stride, first, count, weights }: ResampleCoefficients,
): Samples {
  const { channels, height, data } = source;
  const width = first.length;
  const output = new Uint8Array(width * height * channels);
  const lines = height * channels;
  for (let line = 0; line < lines; line += 4) {
    // The last group repeats its last line rather than needing a loop of its own.
    const l0 = line;
    const l1 = Math.min(line + 1, lines - 1);
    const l2 = Math.min(line + 2, lines - 1);
    const l3 = Math.min(line + 3, lines - 1);
    const in0 = lineStart(source, l0);
    const in1 = lineStart(source, l1);
    const in2 = lineStart(source, l2);
    const in3 = lineStart(source, l3);
    const out0 = lineStart({ width, channels }, l0);
    const out1 = lineStart({ width, channels }, l1);
    const out2 = lineStart({ width, channels }, l2);
    const out3 = lineStart({ width, channels }, l3);
    for (let x = 0; x < width; x += 1) {
      let s0 = HALF;
      let s1 = HALF;
      let s2 = HALF;
      let s3 = HALF;
      let at = first[x]! * channels;
      const from = x * stride;
      const to = from + count[x]!;
      for (let tap = from; tap < to; tap += 1) {
        const weight = weights[tap]!;
        s0 = (s0 + Math.imul(data[in0 + at]!, weight)) | 0;
        s1 = (s1 + Math.imul(data[in1 + at]!, weight)) | 0;
        s2 = (s2 + Math.imul(data[in2 + at]!, weight)) | 0;
        s3 = (s3 + Math.imul(data[in3 + at]!, weight)) | 0;
        at += channels;
      }
      const sample = x * channels;
      output[out0 + sample] = clip8(s0);
      output[out1 + sample] = clip8(s1);
      output[out2 + sample] = clip8(s2);
      output[out3 + sample] = clip8(s3);
    }
  }
  return { width, height, channels, data: output };
}

function lineStart({ width, channels }: Pick<Samples, "width" | "channels">, line: number): number {
  const row = Math.trunc(line / channels);
  return row * width * channels + (line - row * channels);
}

/** Resamples every column, four neighbours at a time: 0.5 ms where summing whole rows took 1.1 ms. */
export function resampleColumns(
  source: Samples,
  { stride, first, count, weights }: ResampleCoefficients,
): Samples {
  const { width, channels, data } = source;
  const height = first.length;
  const rowLength = width * channels;
  const last = rowLength - 1;
  const output = new Uint8Array(rowLength * height);
  for (let y = 0; y < height; y += 1) {
    const out = y * rowLength;
    const firstRow = first[y]! * rowLength;
    const from = y * stride;
    const to = from + count[y]!;
    for (let x = 0; x < rowLength; x += 4) {
      const x1 = Math.min(x + 1, last);
      const x2 = Math.min(x + 2, last);
      const x3 = Math.min(x + 3, last);
      let s0 = HALF;
      let s1 = HALF;
      let s2 = HALF;
      let s3 = HALF;
      let row = firstRow;
      for (let tap = from; tap < to; tap += 1) {
        const weight = weights[tap]!;
        s0 = (s0 + Math.imul(data[row + x]!, weight)) | 0;
        s1 = (s1 + Math.imul(data[row + x1]!, weight)) | 0;
        s2 = (s2 + Math.imul(data[row + x2]!, weight)) | 0;
        s3 = (s3 + Math.imul(data[row + x3]!, weight)) | 0;
        row += rowLength;
      }
      output[out + x] = clip8(s0);
      output[out + x1] = clip8(s1);
      output[out + x2] = clip8(s2);
      output[out + x3] = clip8(s3);
    }
  }
  return { width, height, channels, data: output };
}

/** Thousands of weights, each rounded up, can push a sum of whites past 255. */
function clip8(sum: number): number {
  const value = sum >> PRECISION_BITS;
  return value > 255 ? 255 : value;
}
