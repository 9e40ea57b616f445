import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ELEMENT_BYTES,
  float32Tensor,
  readSafetensors,
  writeSafetensors,
  type ElementType,
} from "@hairline/model/weights";

function file(header: unknown, data: Uint8Array = new Uint8Array()): Uint8Array {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Uint8Array.from(Buffer.concat([length, text, data]));
}

const f32 = (shape: number[], start: number, end: number) => ({
  dtype: "F32",
  shape,
  data_offsets: [start, end],
});

describe("readSafetensors", () => {
  test("reads tensors by offset, whatever the header's order", () => {
    // a = [1.5] at byte 4, b = [-2] (0xC0000000) at byte 0; float32 1.5 is 0x3FC00000.
    const data = Uint8Array.of(0, 0, 0, 0xc0, 0, 0, 0xc0, 0x3f);
    const tensors = readSafetensors(
      file({ a: f32([1], 4, 8), b: f32([1], 0, 4), __metadata__: { x: "y" } }, data),
    );
    expect([...tensors]).toEqual([
      ["b", float32Tensor([1], [-2])],
      ["a", float32Tensor([1], [1.5])],
    ]);
  });

  const bytes8 = new Uint8Array(8);
  test.each([
    ["no header", new Uint8Array(7)],
    ["a header longer than the file", Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0, 0x7b)],
    ["a header over the limit", Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x80, 0x7b)],
    ["a header that is not JSON", file("{")],
    ["a header that is not UTF-8", Buffer.concat([file("").fill(2, 0, 1), Uint8Array.of(0xff, 0xff)])],
    ["a header that is a list", file("[]")],
    ["an entry with an unknown field", file({ a: { ...f32([2], 0, 8), extra: 1 } }, bytes8)],
    ["an unknown element type", file({ a: { ...f32([2], 0, 8), dtype: "F8_E4M3" } }, bytes8)],
    ["a negative offset", file({ a: f32([2], -8, 0) }, bytes8)],
    ["a fractional shape", file({ a: f32([0.5, 4], 0, 8) }, bytes8)],
    ["an end before the start", file({ a: f32([0], 8, 0) }, bytes8)],
    ["an end past the file", file({ a: f32([4], 0, 16) }, bytes8)],
    ["a shape the bytes do not fill", file({ a: f32([3], 0, 8) }, bytes8)],
    ["a shape whose product overflows", file({ a: f32([2 ** 40, 2 ** 40], 0, 8) }, bytes8)],
    ["overlapping tensors", file({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, bytes8)],
    ["a gap between tensors", file({ a: f32([1], 4, 8) }, bytes8)],
    ["bytes behind the last tensor", file({ a: f32([1], 0, 4) }, bytes8)],
  ])("refuses %s", (_, bytes) => {
    expect(() => readSafetensors(bytes)).toThrow(expect.objectContaining({ code: "WEIGHTS_UNREADABLE" }));
  });
});

describe("writeSafetensors", () => {
  test("writes the documented bytes", () => {
    const header = '{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8, " ");
    const written = writeSafetensors(new Map([["w", float32Tensor([1], [1])]]), { format: "pt" });
    // float32 1.0 is 0x3F800000, little-endian.
    expect(Buffer.from(written)).toEqual(Buffer.from(file(padded, Uint8Array.of(0, 0, 0x80, 0x3f))));
  });

  test("gives the same bytes for the same tensors in another order", () => {
    const entries = ["b", "a", "ä", "__proto__", "10", "9"].map(
      (name, i) => [name, float32Tensor([1], [i])] as const,
    );
    expect(writeSafetensors(new Map(entries))).toEqual(writeSafetensors(new Map([...entries].reverse())));
  });

  const types = Object.keys(ELEMENT_BYTES) as ElementType[];
  const tensor = fc
    .record({
      type: fc.constantFrom(...types),
      shape: fc.array(fc.nat(3), { maxLength: 3 }),
      fill: fc.nat(255),
    })
    .map(({ type, shape, fill }) => {
      const count = shape.reduce((product, size) => product * size, 1);
      return { type, shape, bytes: new Uint8Array(count * ELEMENT_BYTES[type]).fill(fill) };
    });

  test("is read back unchanged", () => {
    const dictionary = fc.dictionary(
      fc.string().filter((name) => name !== "__metadata__"),
      tensor,
    );
    fc.assert(
      fc.property(dictionary, (entries) => {
        const tensors = new Map(Object.entries(entries));
        const read = readSafetensors(writeSafetensors(tensors));
        expect(
          new Map([...read].map(([name, t]) => [name, { ...t, bytes: Uint8Array.from(t.bytes) }])),
        ).toEqual(tensors);
      }),
    );
  });
});
