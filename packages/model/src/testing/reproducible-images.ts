import { reproducibleHashes } from "./reproducible-numbers.ts";

const LEVELS_A_ROW = 64;

/**
 * An image as a function of its name: squares of 16 pixels with a random grey level, and a little noise.
 *
 * @returns row-major [channels, size, size]; size at most 1024
 */
export function reproducibleImage(
  name: string,
  { channels, size }: { readonly channels: 1 | 3; readonly size: number },
): Uint8Array {
  const pixels = new Uint8Array(channels * size * size);
  for (let channel = 0; channel < channels; channel += 1) {
    const levels = reproducibleHashes(`${name}.${channel}.level`, LEVELS_A_ROW ** 2);
    const noise = reproducibleHashes(`${name}.${channel}.noise`, size * size);
    noise.forEach((hash, pixel) => {
      const row = Math.floor(pixel / size) >> 4;
      const column = (pixel % size) >> 4;
      const level = (levels[row * LEVELS_A_ROW + column] ?? 0) & 0xff;
      pixels[channel * size * size + pixel] = Math.floor((level * 7) / 8) + (hash & 0x1f);
    });
  }
  return pixels;
}
