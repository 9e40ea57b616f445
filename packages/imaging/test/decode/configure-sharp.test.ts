import sharp from "sharp";
import { expect, it } from "vitest";

import { configureSharp, decodeImage } from "../../src/decode/index.ts";

const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"/>');

it("leaves only the three scored formats' loaders, one thread and no cache", async () => {
  const raw = { width: 2, height: 2, channels: 1 } as const;
  const pixels = sharp(Uint8Array.of(1, 2, 3, 4), { raw }).toColourspace("b-w");
  const files = await Promise.all(
    [pixels.clone().png(), pixels.clone().tiff({ compression: "lzw" })].map((f) => f.toBuffer()),
  );
  const jpeg = await pixels.clone().jpeg().toBuffer();
  expect(await sharp(svg).metadata()).toMatchObject({ format: "svg" });

  configureSharp();

  await expect(sharp(svg).metadata()).rejects.toThrow(/unsupported image format/);
  for (const file of files) expect([...(await decodeImage(file)).data]).toEqual([1, 2, 3, 4]);
  expect((await decodeImage(jpeg)).data).toHaveLength(4);
  expect(sharp.concurrency()).toBe(1);
  expect(sharp.cache()).toMatchObject({ memory: { max: 0 }, items: { max: 0 } });
});
