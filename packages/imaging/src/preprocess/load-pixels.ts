import { decodeImage, type DecodeLimits } from "../decode/index.ts";
import { resizeBilinear } from "../resize/index.ts";
import type { ImageQuality } from "./image-quality.ts";
import type { Preprocessing } from "./preprocessing.ts";

/** One image as the network takes it: square, planar, not yet normalised (the graph does that). */
export interface PixelImage {
  /** 1 for a grey file (the graph repeats it over RGB), 3 otherwise. */
  readonly channels: 1 | 3;
  readonly size: number;
  /** shape [channels, size, size], values 0..255 */
  readonly data: Uint8Array;
  /** Where it was measured. */
  readonly quality?: ImageQuality;
}

/**
 * Decodes and resizes a file to the network's input. Normalised, it equals torchvision's
 * `Resize((size, size))`, `ToTensor()` and `Normalize(mean, std)` on the PIL image.
 *
 * @throws HairlineError as `decodeImage` does
 */
export async function loadPixels(
  bytes: Uint8Array,
  { inputSize }: Preprocessing,
  limits?: DecodeLimits,
): Promise<PixelImage> {
  const decoded = await decodeImage(bytes, limits);
  const { channels, data } = resizeBilinear(decoded, { width: inputSize, height: inputSize });
  return { channels, size: inputSize, data: channels === 1 ? data : toPlanar(data, channels) };
}

/** [pixels, channels] to [channels, pixels] */
function toPlanar(interleaved: Uint8Array, channels: number): Uint8Array {
  const pixels = interleaved.length / channels;
  const planar = new Uint8Array(interleaved.length);
  for (let channel = 0; channel < channels; channel += 1) {
    const plane = channel * pixels;
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      planar[plane + pixel] = interleaved[pixel * channels + channel]!;
    }
  }
  return planar;
}
