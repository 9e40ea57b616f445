import { join } from "node:path";
import { temporaryFolder } from "@hairline/core/testing";
import { inspectCache } from "@hairline/imaging/decoded-cache";
import { loadPixels, measureQuality } from "@hairline/imaging/preprocess";
import { describe, expect, it } from "vitest";
import { openDecodedCache, openDecodeStage } from "../../src/decode/decode-stage.ts";
import type { DecodeOptions } from "../../src/decode/decode-pool.ts";
import { createLog } from "../../src/log.ts";
import { encodeImage } from "../fixtures/images.ts";
import { PREPROCESSING } from "../fixtures/scoring-site.ts";

const SIGNAL = new AbortController().signal;
const LOG = createLog("silent");
const MAX_BYTES = 1024 ** 3;

/** Decodes in this thread, and counts. */
function countingDecoders() {
  const decoders = {
    maxPixels: 1_000_000,
    decoded: 0,
    decode: (bytes: Uint8Array, { preprocessing }: DecodeOptions) => {
      decoders.decoded += 1;
      return loadPixels(bytes, preprocessing);
    },
  };
  return decoders;
}

const IMAGES = [
  [1, "png"],
  [3, "png"],
  [1, "jpeg"],
  [3, "jpeg"],
] as const;

describe("the decode stage", () => {
  it("gives the same pixels from the cache, without decoding, in the run after", async () => {
    await using folder = await temporaryFolder();
    const settings = { root: join(folder.path, "cache"), maxBytes: MAX_BYTES };
    const decoders = countingDecoders();
    for (const [runId, decoded] of [
      ["first run", IMAGES.length],
      ["second run", 0],
    ] as const) {
      await using decodedCache = openDecodedCache(settings, LOG)!;
      const options = { decoders, decodedCache, preprocessing: PREPROCESSING, priority: 1, runId };
      const decode = await openDecodeStage(options);
      decoders.decoded = 0;
      for (const [channels, format] of IMAGES) {
        const bytes = await encodeImage(`image ${channels} ${format}`, { channels, format });
        const expected = await loadPixels(bytes, PREPROCESSING);
        const { channels: own, size, data, quality } = await decode(Uint8Array.from(bytes), SIGNAL);
        expect([own, size, [...data]]).toEqual([expected.channels, expected.size, [...expected.data]]);
        expect(quality).toEqual(measureQuality(expected));
      }
      expect(decoders.decoded).toBe(decoded);
    }
  });

  it("refuses a broken file every time, and keeps nothing of it", async () => {
    await using folder = await temporaryFolder();
    await using decodedCache = openDecodedCache({ root: folder.path, maxBytes: MAX_BYTES }, LOG)!;
    const options = { decoders: countingDecoders(), decodedCache, preprocessing: PREPROCESSING };
    const decode = await openDecodeStage({ ...options, priority: 1, runId: "run" });
    const load = () => decode(new TextEncoder().encode("not an image"), SIGNAL);
    await expect(load()).rejects.toMatchObject({ code: "IMAGE_UNREADABLE" });
    await expect(load()).rejects.toMatchObject({ code: "IMAGE_UNREADABLE" });
    await decodedCache.close();
    expect(await inspectCache(folder.path)).toEqual([]);
  });

  it("decodes in the pool when no cache is asked for", async () => {
    const decoders = countingDecoders();
    expect(openDecodedCache(undefined, LOG)).toBeUndefined();
    const decode = await openDecodeStage({
      decoders,
      preprocessing: PREPROCESSING,
      priority: 1,
      runId: "run",
    });
    const bytes = await encodeImage("image", { channels: 1, format: "png" });
    await decode(bytes, SIGNAL);
    await decode(bytes, SIGNAL);
    expect(decoders.decoded).toBe(2);
  });
});
