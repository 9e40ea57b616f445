export { type ImageQuality, measureQuality } from "./image-quality.ts";
export { loadPixels, type PixelImage } from "./load-pixels.ts";
export { pixelChoices, preprocessingFingerprint } from "./preprocessing-fingerprint.ts";
export { IMAGENET_PREPROCESSING, parsePreprocessing, type Preprocessing } from "./preprocessing.ts";
