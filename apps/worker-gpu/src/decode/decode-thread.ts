import { HairlineError, toHairlineError } from "@hairline/core/errors";
import { ownBytes, serveRequests, type Answer } from "@hairline/core/threads";
import { configureSharp, type DecodeLimits } from "@hairline/imaging/decode";
import {
  loadPixels,
  measureQuality,
  type PixelImage,
  type Preprocessing,
} from "@hairline/imaging/preprocess";

export interface DecodeRequest {
  readonly bytes: Uint8Array;
  readonly preprocessing: Preprocessing;
  readonly limits: DecodeLimits;
}

configureSharp();

serveRequests(async ({ bytes, preprocessing, limits }: DecodeRequest): Promise<Answer<PixelImage>> => {
  const pixels = await loadPixels(bytes, preprocessing, limits).catch((error: unknown) => {
    throw asImageError(error);
  });
  const data = ownBytes(pixels.data);
  return { value: { ...pixels, data, quality: measureQuality(pixels) }, transfer: [data.buffer] };
});

/** Whatever a decoder trips over is the image's fault: it must not hold up the other images of its shard. */
function asImageError(error: unknown): HairlineError {
  const known = toHairlineError(error);
  if (known.code !== "INTERNAL") return known;
  return new HairlineError("IMAGE_UNREADABLE", `The decoder failed: ${known.message}`, { cause: error });
}
