import { DecodedCache } from "@hairline/imaging/decoded-cache";
import { measureQuality, type Preprocessing } from "@hairline/imaging/preprocess";
import type { DecodedCacheSettings } from "../config.ts";
import type { Logger } from "../log.ts";
import type { ScoringStages } from "../pipeline/score-images.ts";
import type { DecodePool } from "./decode-pool.ts";

/** @returns undefined when the cache is switched off */
export function openDecodedCache(
  settings: DecodedCacheSettings | undefined,
  log: Logger,
): DecodedCache | undefined {
  if (settings === undefined) return undefined;
  log.info({ maxBytes: settings.maxBytes }, "decoded images are kept");
  return new DecodedCache({
    ...settings,
    onWarning: (reason) => log.warn({ reason }, "the decoded cache is of no use; scoring goes on without it"),
  });
}

export interface DecodeStageOptions {
  readonly decoders: Pick<DecodePool, "decode" | "maxPixels">;
  readonly decodedCache?: DecodedCache | undefined;
  readonly preprocessing: Preprocessing;
  readonly priority: number;
  readonly runId: string;
}

/** Decodes the images of a shard in threads, but for those an earlier run left in the cache. */
export async function openDecodeStage(options: DecodeStageOptions): Promise<ScoringStages["decode"]> {
  const { decoders, decodedCache, preprocessing, priority } = options;
  const decode: ScoringStages["decode"] = (bytes, signal) =>
    decoders.decode(bytes, { preprocessing, priority, signal });
  if (decodedCache === undefined) return decode;
  const kept = decodedCache.for({ preprocessing, maxPixels: decoders.maxPixels });
  await kept.beginPass(options.runId);
  return async (bytes, signal) => {
    const pixels = await kept.load(bytes, () => decode(bytes, signal));
    // The cache keeps pixels alone.
    return { ...pixels, quality: pixels.quality ?? measureQuality(pixels) };
  };
}
