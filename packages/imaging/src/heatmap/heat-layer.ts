import type { Size } from "../resize/index.ts";
import { type CamGrid, shareOfMaximum } from "./cam-grid.ts";
import { INFERNO } from "./inferno.ts";
import { upsampleCam } from "./upsample-cam.ts";

/** Shares of the maximum between which heat fades in; below the first the radiograph is left as it is. */
const FADE_FROM = 0.15;
const FADE_TO = 0.65;

/**
 * The coloured CAM as a layer: inferno colours, and an opacity that fades in with the activation so that cold
 * regions keep the radiograph's contrast.
 *
 * @param opacity of the hottest pixels, in [0, 1]
 * @returns shape [height, width, 4], RGBA not premultiplied; null for a degenerate grid
 */
export function heatLayer(grid: CamGrid, size: Size, opacity: number): Uint8Array | null {
  const shares = shareOfMaximum(grid);
  if (shares === null) return null;
  const heat = upsampleCam({ ...grid, values: shares }, size);
  const layer = new Uint8Array(heat.length * 4);
  for (let pixel = 0; pixel < heat.length; pixel += 1) {
    const share = heat[pixel]!;
    const colour = Math.round(share * 255) * 3;
    layer[pixel * 4] = INFERNO[colour]!;
    layer[pixel * 4 + 1] = INFERNO[colour + 1]!;
    layer[pixel * 4 + 2] = INFERNO[colour + 2]!;
    layer[pixel * 4 + 3] = Math.round(255 * opacity * fade(share));
  }
  return layer;
}

/** Smoothstep: 0 up to FADE_FROM, 1 from FADE_TO, without an edge at either. */
function fade(share: number): number {
  const t = Math.min(1, Math.max(0, (share - FADE_FROM) / (FADE_TO - FADE_FROM)));
  return t * t * (3 - 2 * t);
}

/** Blends an RGBA layer over RGB pixels of the same size, in place. */
export function blendOver(rgb: Uint8Array, layer: Uint8Array): void {
  const pixels = rgb.length / 3;
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const alpha = layer[pixel * 4 + 3]! / 255;
    for (let channel = 0; channel < 3; channel += 1) {
      const under = rgb[pixel * 3 + channel]!;
      rgb[pixel * 3 + channel] = Math.round(under + (layer[pixel * 4 + channel]! - under) * alpha);
    }
  }
}
