import { boxBlur, type Field } from "./field.ts";
import { clamp, direction } from "./geometry.ts";
import type { RandomStream } from "./random.ts";

/** The settings of one exposure and of the display it was saved for. */
export interface Exposure {
  readonly gain: number;
  /** Knee of the tone curve: small is flat and bright, large is hard. */
  readonly knee: number;
  /** Share of the toe, which darkens thin parts, in [0, 1]. */
  readonly toe: number;
  readonly black: number;
  readonly white: number;
  /** Noise in grey levels where the beam is not attenuated. */
  readonly noise: number;
  readonly blurPasses: number;
  /** Rise of the background across the picture (heel effect). */
  readonly slope: { readonly x: number; readonly y: number };
  readonly collimation: Collimation | undefined;
}

interface Collimation {
  readonly insets: readonly [left: number, top: number, right: number, bottom: number];
  readonly degrees: number;
  readonly level: number;
}

/** Largest share of a side that collimation may hide. */
export const COLLIMATION_MARGIN = 0.07;

export function drawExposure(random: RandomStream): Exposure {
  const inset = (): number => random.between(0.004, COLLIMATION_MARGIN - 0.02);
  return {
    gain: random.between(0.75, 1.12),
    knee: random.between(0.8, 2.6),
    toe: random.between(0.25, 0.9),
    black: random.between(4, 26),
    white: random.between(205, 252),
    noise: random.between(1.2, 3.2),
    blurPasses: random.chance(0.4) ? 1 : 0,
    slope: { x: random.between(-0.07, 0.07), y: random.between(-0.07, 0.07) },
    collimation: random.chance(0.5)
      ? {
          insets: [inset(), inset(), inset(), inset()],
          degrees: random.between(-1.5, 1.5),
          level: random.between(0, 8),
        }
      : undefined,
  };
}

/** Attenuation to 8-bit grey, bright where the beam was stopped: tone curve, quantum noise, collimation. */
export function expose(field: Field, exposure: Exposure, random: RandomStream): Uint8Array {
  const { width, height, data } = field;
  for (let pass = 0; pass < exposure.blurPasses; pass++) soften(field);
  const grey = new Uint8Array(width * height);
  const { gain, knee, toe, black, white, noise, slope } = exposure;
  let previous = 0;
  for (let y = 0; y < height; y++) {
    const rowBase = 0.06 + (y / height - 0.5) * slope.y;
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const signal = Math.max(data[at]! * gain + rowBase + (x / width - 0.5) * slope.x, 0);
      const linear = (signal * (1 + knee)) / (signal + knee);
      const tone = linear * (1 - toe + toe * linear);
      // Fewer photons arrive behind thick parts: 1/exp(-a/2) to second order.
      const fresh = random.normal();
      const grain = noise * (1 + 0.45 * signal) * (0.8 * fresh + 0.6 * previous);
      previous = fresh;
      grey[at] = clamp(Math.round(black + (white - black) * tone + grain), 0, 255);
    }
  }
  if (exposure.collimation !== undefined) collimate(grey, field, exposure.collimation);
  return grey;
}

/** A blur of about half a pixel: the mean of the picture and its 3 × 3 box blur. */
function soften(field: Field): void {
  const sharp = Float32Array.from(field.data);
  boxBlur(field, 1);
  for (let i = 0; i < sharp.length; i++) field.data[i] = (field.data[i]! + sharp[i]!) / 2;
}

function collimate(
  grey: Uint8Array,
  { width, height }: Field,
  { insets, degrees, level }: Collimation,
): void {
  const axis = direction(degrees);
  const [left, top, right, bottom] = insets;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const dx = x - width / 2;
      const dy = y - height / 2;
      const u = dx * axis.x + dy * axis.y + width / 2;
      const v = dy * axis.x - dx * axis.y + height / 2;
      const inside = Math.min(
        u - left * width,
        v - top * height,
        (1 - right) * width - u,
        (1 - bottom) * height - v,
      );
      if (inside >= 2) continue;
      const open = clamp(inside / 2, 0, 1);
      const at = y * width + x;
      grey[at] = Math.round(grey[at]! * open + level * (1 - open));
    }
  }
}
