/** A picture of attenuation (dimensionless, summed along the ray), row-major [height, width]. */
export interface Field {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export function createField(width: number, height: number): Field {
  return { width, height, data: new Float32Array(width * height) };
}

/** A box blur of odd side 2·radius + 1, edges repeated, as two running-sum passes; writes in place. */
export function boxBlur(field: Field, radius: number): void {
  const { width, height, data } = field;
  const line = new Float64Array(Math.max(width, height));
  for (let y = 0; y < height; y++) blurLine(data, { start: y * width, step: 1, length: width, radius }, line);
  for (let x = 0; x < width; x++) blurLine(data, { start: x, step: width, length: height, radius }, line);
}

interface Line {
  readonly start: number;
  readonly step: number;
  readonly length: number;
  readonly radius: number;
}

function blurLine(data: Float32Array, { start, step, length, radius }: Line, line: Float64Array): void {
  for (let i = 0; i < length; i++) line[i] = data[start + i * step]!;
  const last = length - 1;
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += line[Math.min(Math.max(i, 0), last)]!;
  const scale = 1 / (2 * radius + 1);
  for (let i = 0; i < length; i++) {
    data[start + i * step] = sum * scale;
    sum += line[Math.min(i + radius + 1, last)]! - line[Math.max(i - radius, 0)]!;
  }
}

/** Adds a coarse field (1 cell = `factor` pixels) to a fine one, bilinearly. */
export function addUpsampled(target: Field, coarse: Field, factor: number): void {
  const { width, height, data } = target;
  for (let y = 0; y < height; y++) {
    const fy = Math.min(y / factor, coarse.height - 1.001);
    const row = Math.floor(fy);
    const wy = fy - row;
    for (let x = 0; x < width; x++) {
      const fx = Math.min(x / factor, coarse.width - 1.001);
      const column = Math.floor(fx);
      const wx = fx - column;
      const at = row * coarse.width + column;
      const top = coarse.data[at]! * (1 - wx) + coarse.data[at + 1]! * wx;
      const bottom = coarse.data[at + coarse.width]! * (1 - wx) + coarse.data[at + coarse.width + 1]! * wx;
      data[y * width + x]! += top * (1 - wy) + bottom * wy;
    }
  }
}
