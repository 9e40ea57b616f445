import { resizeBilinear } from "@hairline/imaging/resize";
import type { PixelImage } from "@hairline/imaging/preprocess";
import { BODY_PARTS, generateRadiograph, VIEWS } from "@hairline/imaging/synthetic";
import type { PixelBatch } from "../engine/inference-engine.ts";
import type { Precision } from "../resnet/graph-interface.ts";
import { COLOUR_PATTERNS, drawPattern, GREY_PATTERNS, type Pattern } from "./probe-patterns.ts";

/** Changes whenever an image of the set does, so that results are compared with their like. */
export const PROBE_SET = "built-in 1";

const BATCH = 8;
const LONG_SIDE = 320;

/** Synthetic radiographs: every body part in every view, whole and fractured. */
export function probeRadiographs(size: number): PixelImage[] {
  return BODY_PARTS.flatMap((bodyPart) =>
    VIEWS.flatMap((view) =>
      [false, true].map((fractured): PixelImage => {
        const drawn = generateRadiograph({ seed: "probe", bodyPart, view, fractured, longSide: LONG_SIDE });
        const { width, height, data } = drawn;
        const resized = resizeBilinear({ width, height, channels: 1, data }, { width: size, height: size });
        return { channels: 1, size, data: resized.data };
      }),
    ),
  );
}

/**
 * The images an engine is compared on, the same on every machine: radiographs, then patterns in grey and colour. An
 * int8 network is compared on radiographs alone: what its archive does not hold lies outside its calibrated ranges.
 */
export function probeImages(precision: Precision, size: number): PixelImage[] {
  const radiographs = probeRadiographs(size);
  if (precision === "int8") return radiographs;
  const grey = GREY_PATTERNS.map((pattern) => [pattern]);
  return [...radiographs, ...[...grey, ...COLOUR_PATTERNS].map((planes) => patternImage(planes, size))];
}

function patternImage(planes: readonly Pattern[], size: number): PixelImage {
  return { channels: planes.length === 1 ? 1 : 3, size, data: drawPattern(planes, size) };
}

/** Batches of equal channels, in the order given; sizes 1 to 8 all occur when there are enough images. */
export function* batchesOf(images: readonly PixelImage[], largest = BATCH): Generator<PixelBatch> {
  let wanted = 1;
  for (let start = 0; start < images.length;) {
    const first = images[start]!;
    let end = start + 1;
    while (end - start < wanted && images[end]?.channels === first.channels) end += 1;
    const members = images.slice(start, end);
    yield {
      count: members.length,
      channels: first.channels,
      size: first.size,
      data: concatenated(members.map(({ data }) => data)),
    };
    start = end;
    wanted = wanted === largest ? 1 : wanted + 1;
  }
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
