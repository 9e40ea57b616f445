import { createHash } from "node:crypto";

import { parsePreprocessing, type Preprocessing } from "./preprocessing.ts";

/**
 * Choices of the code that change pixels. Whoever changes one of them here or in decode/ or resize/ raises `version`,
 * so that facts scored before and after are never taken for the same.
 */
const PIXEL_RULES = Object.freeze({
  version: 1,
  alpha: "dropped",
  cmyk: "pillow",
  exifOrientation: "ignored",
  gamma: "ignored",
  icc: "ignored",
  resize: "pillow-8bit-rows-first",
  sixteenBit: "high-byte",
  tiffOrientation: "applied",
});

/** Every choice that changes the pixels of `loadPixels`, without mean and std, which the network applies. */
export function pixelChoices({
  inputSize,
  resample,
}: Preprocessing): Readonly<Record<string, string | number>> {
  return { ...PIXEL_RULES, inputSize, resample };
}

/**
 * SHA-256 (64 hex digits) over every choice that changes the network's input: two equal fingerprints mean that equal
 * files give equal pixels. The order of the fields in `preprocessing` does not matter.
 *
 * @throws HairlineError BAD_ARGUMENT when a field is out of range
 */
export function preprocessingFingerprint(preprocessing: Preprocessing): string {
  const parsed = parsePreprocessing(preprocessing);
  const { mean, std } = parsed;
  const canonical = JSON.stringify({ ...pixelChoices(parsed), mean, std });
  return createHash("sha256").update(canonical).digest("hex");
}
