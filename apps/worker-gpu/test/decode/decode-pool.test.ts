import { loadPixels, measureQuality } from "@hairline/imaging/preprocess";
import { describe, expect, it } from "vitest";
import { DecodePool, imageErrorWhenLost } from "../../src/decode/decode-pool.ts";
import { encodeImage } from "../fixtures/images.ts";
import { PREPROCESSING } from "../fixtures/scoring-site.ts";

const LIMITS = { maxBytes: 1_000_000, maxPixels: 10_000, decodeTimeoutMs: 30_000 };
const OPTIONS = { preprocessing: PREPROCESSING, priority: 1, signal: new AbortController().signal };

const openPool = () => new DecodePool({ threads: 1, limits: LIMITS });

describe("DecodePool", () => {
  it.each([
    [1, "png"],
    [3, "png"],
    [1, "jpeg"],
    [3, "jpeg"],
  ] as const)(
    "gives the pixels of an image of %i channels in a %s file, and measures them",
    async (channels, format) => {
      await using pool = openPool();
      const bytes = await encodeImage("image", { channels, format });
      const expected = await loadPixels(bytes, PREPROCESSING);
      const pixels = await pool.decode(Uint8Array.from(bytes), OPTIONS);
      expect(pixels).toEqual({
        ...expected,
        data: Uint8Array.from(expected.data),
        quality: measureQuality(expected),
      });
    },
  );

  it("takes bytes that are part of a larger buffer, and leaves the rest of it alone", async () => {
    await using pool = openPool();
    const bytes = await encodeImage("image", { channels: 1, format: "png" });
    const larger = Uint8Array.from([1, 2, ...bytes, 3]);
    const pixels = await pool.decode(larger.subarray(2, -1), OPTIONS);
    expect(pixels.channels).toBe(1);
    expect(larger.at(-1)).toBe(3);
  });

  it.each([
    ["no image", () => Uint8Array.of(1, 2, 3), "IMAGE_UNREADABLE"],
    ["nothing", () => new Uint8Array(0), "IMAGE_EMPTY"],
    [
      "too many pixels",
      () => encodeImage("image", { channels: 1, format: "png", size: 101 }),
      "IMAGE_TOO_LARGE",
    ],
  ])("says what is wrong with %s and decodes the next image", async (_name, make, code) => {
    await using pool = openPool();
    await expect(pool.decode(await make(), OPTIONS)).rejects.toMatchObject({ code });
    const sound = await encodeImage("image", { channels: 1, format: "png" });
    expect((await pool.decode(sound, OPTIONS)).size).toBe(PREPROCESSING.inputSize);
  });

  it.each([
    ["crash", "IMAGE_UNREADABLE"],
    ["timeout", "IMAGE_DECODE_TIMEOUT"],
  ] as const)("blames a thread's %s on the image it held", (reason, code) => {
    expect(imageErrorWhenLost(reason, LIMITS)).toMatchObject({ code });
  });
});
