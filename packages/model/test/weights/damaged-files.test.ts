import { readFileSync, readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isHairlineError } from "@hairline/core/errors";
import { float32Tensor, parseWeights, writeSafetensors } from "@hairline/model/weights";

const folder = new URL("../fixtures/weights/", import.meta.url);
const seeds: Uint8Array[] = readdirSync(folder)
  .filter((name) => /\.pth?$/.test(name))
  .map((name) => new Uint8Array(readFileSync(new URL(name, folder))));
seeds.push(writeSafetensors(new Map([["a", float32Tensor([2, 2], [1, 2, 3, 4])]])));

/** "ok", or the code of the error; anything but a HairlineError fails the test. */
async function outcome(bytes: Uint8Array): Promise<string> {
  try {
    await parseWeights(bytes);
    return "ok";
  } catch (error) {
    if (!isHairlineError(error)) throw error;
    return error.code;
  }
}

const edit = fc.record({ at: fc.nat(6000), value: fc.nat(255) });

describe("damaged weights files", () => {
  test("give a coded error or a state dict, whatever bytes are changed", async () => {
    const damaged = fc.record({
      seed: fc.constantFrom(...seeds),
      edits: fc.array(edit, { minLength: 1, maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(damaged, async ({ seed, edits }) => {
        const bytes = Uint8Array.from(seed);
        for (const { at, value } of edits) bytes[at % bytes.length] = value;
        expect(await outcome(bytes)).toMatch(/^(ok|WEIGHTS_\w+)$/);
      }),
      { numRuns: 2000 },
    );
  });

  test("give a coded error wherever they are cut", async () => {
    for (const seed of seeds)
      for (let length = 0; length < seed.length; length += 1 + (seed.length >> 6))
        expect(await outcome(seed.subarray(0, length))).toMatch(/^WEIGHTS_\w+$/);
  });

  test("are refused when they are random bytes behind a known beginning", async () => {
    const starts = [[0x50, 0x4b, 3, 4], [0x80, 2, 0x8a, 10], [16, 0, 0, 0, 0, 0, 0, 0, 0x7b], []];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 400 }), async (start, rest) => {
        expect(await outcome(Uint8Array.from([...start, ...rest]))).toMatch(/^WEIGHTS_\w+$/);
      }),
      { numRuns: 2000 },
    );
  });

  test("are refused when a storage fails its checksum", async () => {
    const bytes = new Uint8Array(readFileSync(new URL("zip.pt", folder)));
    // A local header ends with the extra field's length (2 bytes), the name and the extra field; data follow.
    const header = Buffer.from(bytes.buffer).indexOf("zip/data/0");
    const padding = Buffer.from(bytes.buffer).readUInt16LE(header - 2);
    const first = header + "zip/data/0".length + padding;
    bytes[first] = (bytes[first] ?? 0) ^ 1;
    await expect(parseWeights(bytes)).rejects.toMatchObject({
      code: "WEIGHTS_UNREADABLE",
      message: expect.stringContaining("CRC-32") as string,
    });
  });
});
