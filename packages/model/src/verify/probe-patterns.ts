/** Grey values of one plane, 0..255, by row and column of a square image. */
export type Pattern = (row: number, column: number, size: number) => number;

const step = (on: boolean): number => (on ? 255 : 0);

/** A hash of the position, as noise that is the same everywhere. */
function noise(row: number, column: number, seed: number): number {
  let x = (row * 4099 + column + seed * 65_537) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb_352d);
  x = Math.imul(x ^ (x >>> 15), 0x846c_a68b);
  return (x ^ (x >>> 16)) & 0xff;
}

const radius = (row: number, column: number, size: number): number =>
  Math.hypot(row - size / 2, column - size / 2) / (size / 2);

/** What no archive holds but an engine may stumble over: flat fields, hard edges, single pixels, noise. */
export const GREY_PATTERNS: readonly Pattern[] = [
  () => 0,
  () => 255,
  () => 128,
  () => 1,
  (_row, column, size) => Math.floor((column * 255) / (size - 1)),
  (row, _column, size) => Math.floor((row * 255) / (size - 1)),
  (row, column, size) => Math.floor(Math.max(0, 1 - radius(row, column, size)) * 255),
  (row, column) => step((row + column) % 2 === 0),
  (row, column) => step(((row >> 3) + (column >> 3)) % 2 === 0),
  (row, column) => step(((row >> 5) + (column >> 5)) % 2 === 0),
  (_row, column, size) => step(column >= size / 2),
  (row, _column, size) => step(row < size / 3),
  (row, column, size) => step(radius(row, column, size) < 0.4),
  (row, column, size) => step(row === size >> 1 || column === size >> 1),
  (row, column) => noise(row, column, 1),
  (row, column) => 120 + (noise(row, column, 2) >> 4),
  (row, column) => step(noise(row, column, 3) < 4),
  (row, column, size) => step(row === 0 || column === 0 || row === size - 1 || column === size - 1),
];

/** Three planes each. */
export const COLOUR_PATTERNS: readonly (readonly [Pattern, Pattern, Pattern])[] = [
  [() => 255, () => 0, () => 0],
  [() => 0, () => 255, () => 0],
  [() => 0, () => 0, () => 255],
  [() => 255, () => 255, () => 0],
  [
    (_row, column, size) => Math.floor((column * 255) / (size - 1)),
    (row, _column, size) => Math.floor((row * 255) / (size - 1)),
    () => 64,
  ],
  [
    (row, column) => noise(row, column, 4),
    (row, column) => noise(row, column, 5),
    (row, column) => noise(row, column, 6),
  ],
  [
    (row, column, size) => step(radius(row, column, size) < 0.5),
    (row, column) => step(((row >> 4) + (column >> 4)) % 2 === 0),
    () => 200,
  ],
  [
    (row, column) => noise(row, column, 7) >> 1,
    (row, column) => noise(row, column, 7) >> 1,
    (row, column) => noise(row, column, 7) >> 1,
  ],
];

/** Row-major [planes, size, size]. */
export function drawPattern(planes: readonly Pattern[], size: number): Uint8Array {
  const pixels = new Uint8Array(planes.length * size * size);
  planes.forEach((pattern, plane) => {
    for (let row = 0; row < size; row += 1)
      for (let column = 0; column < size; column += 1)
        pixels[(plane * size + row) * size + column] = pattern(row, column, size);
  });
  return pixels;
}
