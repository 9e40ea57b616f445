import { HairlineError } from "@hairline/core/errors";
import sharp, { type Sharp } from "sharp";

import { decodeImage, type DecodedImage, type DecodeLimits } from "../decode/index.ts";
import { resizeBilinear, type Size } from "../resize/index.ts";
import type { CamGrid } from "./cam-grid.ts";
import { drawBoxes, type ImageBox, scaleBoxes } from "./draw-boxes.ts";
import { blendOver, heatLayer } from "./heat-layer.ts";

export interface OverlayOptions {
  readonly format?: "png" | "jpeg";
  /** Of the hottest pixels, in [0, 1]; default 0.4. */
  readonly opacity?: number;
  /** Longest side of the picture in pixels, default 768; a smaller image is not enlarged. */
  readonly maxSide?: number;
  /** Framed regions (reference boxes), in pixels of the decoded image. */
  readonly boxes?: readonly ImageBox[];
  readonly limits?: DecodeLimits;
}

/** An encoded picture, and whether it shows any heat. */
export interface RenderedHeatmap {
  readonly bytes: Uint8Array;
  readonly contentType: "image/png" | "image/jpeg";
  readonly width: number;
  readonly height: number;
  /** "degenerate": the grid is flat or all zero and nothing was coloured; say so beside the picture. */
  readonly heat: "drawn" | "degenerate";
}

/** Keeps over half of the bone's own contrast under the hottest pixels; 0.6 hid the fracture line in trials. */
const DEFAULT_OPACITY = 0.4;
const DEFAULT_MAX_SIDE = 768;
/** A picture for a screen; more would only cost memory. */
const LARGEST_SIDE = 4096;

/**
 * The coloured CAM alone: a PNG with transparency to lay over the radiograph stretched to the same size.
 *
 * @throws HairlineError BAD_SHAPE, INFERENCE_FAILED (see CamGrid), BAD_ARGUMENT for a bad size or opacity
 */
export async function renderHeatmapPng(
  grid: CamGrid,
  { width, height }: Size,
  { opacity = 1 }: Pick<OverlayOptions, "opacity"> = {},
): Promise<RenderedHeatmap> {
  requireSide("width", width);
  requireSide("height", height);
  requireOpacity(opacity);
  const layer = heatLayer(grid, { width, height }, opacity);
  const pixels = layer ?? new Uint8Array(width * height * 4);
  const bytes = await sharp(pixels, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
  return { bytes, contentType: "image/png", width, height, heat: layer === null ? "degenerate" : "drawn" };
}

/**
 * The radiograph with its CAM over it, for a report or a page.
 *
 * @throws HairlineError as `decodeImage` and `renderHeatmapPng` do; BAD_ARGUMENT for a box off the image
 */
export async function renderOverlay(
  imageBytes: Uint8Array,
  grid: CamGrid,
  options: OverlayOptions = {},
): Promise<RenderedHeatmap> {
  const { format = "png", opacity = DEFAULT_OPACITY, maxSide = DEFAULT_MAX_SIDE, boxes = [] } = options;
  requireSide("maxSide", maxSide);
  requireOpacity(opacity);
  const decoded = await decodeImage(imageBytes, options.limits);
  const canvas = toRgb(resizeBilinear(decoded, fitWithin(decoded, maxSide)));
  const layer = heatLayer(grid, canvas, opacity);
  if (layer !== null) blendOver(canvas.data, layer);
  drawBoxes(canvas, scaleBoxes(boxes, decoded, canvas));
  const { width, height } = canvas;
  const bytes = await encode(sharp(canvas.data, { raw: { width, height, channels: 3 } }), format);
  const heat = layer === null ? "degenerate" : "drawn";
  return { bytes, contentType: `image/${format}`, width, height, heat };
}

function encode(picture: Sharp, format: "png" | "jpeg"): Promise<Uint8Array> {
  // Full chroma: subsampling would smear the frames and the heat's edges.
  if (format === "jpeg") return picture.jpeg({ quality: 88, chromaSubsampling: "4:4:4" }).toBuffer();
  return picture.png().toBuffer();
}

function fitWithin({ width, height }: Size, maxSide: number): Size {
  const scale = Math.min(1, maxSide / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Always a copy, since the caller paints on it. */
function toRgb(image: DecodedImage): DecodedImage {
  if (image.channels === 3) return { ...image, data: image.data.slice() };
  const rgb = new Uint8Array(image.data.length * 3);
  for (const [pixel, value] of image.data.entries()) rgb.fill(value, pixel * 3, pixel * 3 + 3);
  return { ...image, channels: 3, data: rgb };
}

function requireSide(field: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= LARGEST_SIDE) return;
  throw new HairlineError(
    "BAD_ARGUMENT",
    `${field} is ${value}; it must be an integer in 1..${LARGEST_SIDE}.`,
    {
      field,
    },
  );
}

function requireOpacity(value: number): void {
  if (value >= 0 && value <= 1) return;
  throw new HairlineError("BAD_ARGUMENT", `opacity is ${value}; it must lie in [0, 1].`, {
    field: "opacity",
  });
}
