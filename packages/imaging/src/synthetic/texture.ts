import { boxBlur, createField, type Field } from "./field.ts";
import type { RandomStream } from "./random.ts";

/** Side of the repeating texture tile, a power of two. */
export const TILE = 256;

/**
 * A noise tile [TILE, TILE], mean about 0, standard deviation about 1, band-passed between two box blurs: the
 * mesh of trabecular bone at small radii, uneven soft tissue at large ones.
 */
export function createTexture(random: RandomStream, fineRadius: number, coarseRadius: number): Float32Array {
  const fine = createField(TILE, TILE);
  for (let i = 0; i < fine.data.length; i++) fine.data[i] = random.normal();
  if (fineRadius > 0) boxBlur(fine, fineRadius);
  const coarse: Field = { ...fine, data: Float32Array.from(fine.data) };
  boxBlur(coarse, coarseRadius);
  let square = 0;
  for (let i = 0; i < fine.data.length; i++) {
    const difference = fine.data[i]! - coarse.data[i]!;
    fine.data[i] = difference;
    square += difference * difference;
  }
  const scale = 1 / Math.sqrt(square / fine.data.length);
  for (let i = 0; i < fine.data.length; i++) fine.data[i]! *= scale;
  return fine.data;
}

export function sampleTexture(tile: Float32Array, x: number, y: number): number {
  return tile[(y & (TILE - 1)) * TILE + (x & (TILE - 1))]!;
}
