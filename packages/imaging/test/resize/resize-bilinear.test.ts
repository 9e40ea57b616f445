import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { resizeBilinear } from "../../src/resize/index.ts";
import { generateImage, type ImageKind } from "../fixtures/generated-image.ts";

interface ResizeCase {
  readonly kind: ImageKind;
  readonly from: [number, number];
  readonly to: [number, number];
  readonly channels: 1 | 3;
  readonly inputSha256: string;
  readonly sha256: string;
  /** base64, for small outputs */
  readonly bytes?: string;
}

const fixture = new URL("../fixtures/resize-cases.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, "utf8")) as { cases: ResizeCase[] };

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe("resizeBilinear", () => {
  it.each(cases)("equals Pillow on $kind $from × $channels to $to", (expected) => {
    const [width, height] = expected.from;
    const input = generateImage({ kind: expected.kind, width, height, channels: expected.channels });
    expect(sha256(input.data)).toBe(expected.inputSha256);

    const output = resizeBilinear(input, { width: expected.to[0], height: expected.to[1] });

    expect([output.width, output.height, output.channels]).toEqual([...expected.to, expected.channels]);
    const small = output.data.length <= 600;
    expect(small ? Buffer.from(output.data).toString("base64") : undefined).toBe(expected.bytes);
    expect(sha256(output.data)).toBe(expected.sha256);
  });

  it("averages with triangle weights, worked by hand", () => {
    // 4 → 2 samples: scale 2, support 2, centres 1 and 3. First output: taps 0..2 at distances 0.25, 0.25, 0.75 of
    // the support, weights 0.75, 0.75, 0.25 over 1.75. (0.75·10 + 0.75·20 + 0.25·30)/1.75 = 17.14 → 17; by symmetry
    // the second is (0.25·20 + 0.75·30 + 0.75·200)/1.75 = 101.43 → 101.
    const row = { width: 4, height: 1, channels: 1, data: Uint8Array.of(10, 20, 30, 200) } as const;
    expect([...resizeBilinear(row, { width: 2, height: 1 }).data]).toEqual([17, 101]);
  });

  it("leaves the input as it was", () => {
    const input = generateImage({ kind: "noise", width: 9, height: 7, channels: 3 });
    const before = input.data.slice();
    resizeBilinear(input, { width: 4, height: 15 });
    expect(input.data).toEqual(before);
  });

  it("gives the same bytes again after many other sizes have passed through the cache", () => {
    const input = generateImage({ kind: "noise", width: 50, height: 40, channels: 1 });
    const first = resizeBilinear(input, { width: 20, height: 20 });
    for (let side = 21; side < 121; side += 1) resizeBilinear(input, { width: side, height: 20 });
    expect(resizeBilinear(input, { width: 20, height: 20 })).toEqual(first);
  });

  it.each([
    { what: "an output of width 0", width: 0, height: 4, bytes: 6 },
    { what: "a fractional height", width: 4, height: 2.5, bytes: 6 },
    { what: "too few bytes", width: 4, height: 4, bytes: 5 },
  ])("refuses $what", ({ width, height, bytes }) => {
    const input = { width: 3, height: 2, channels: 1, data: new Uint8Array(bytes) } as const;
    expect(() => resizeBilinear(input, { width, height })).toThrow(
      expect.objectContaining({ code: "BAD_SHAPE" }),
    );
  });
});
