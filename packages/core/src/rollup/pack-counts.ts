import { HairlineError } from "../errors.ts";

/** A count below 2^32 takes at most five bytes of seven bits, and so does a run. */
const LONGEST_VARINT = 5;

function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest >= 0x80) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  bytes[at++] = rest;
  return at;
}

/**
 * Counts as little-endian base-128 numbers, a run of zeros as 0 and its length. Most cells of a rollup are empty and
 * most others small: 10 M images take 1.3 bytes a cell.
 *
 * @param counts none negative
 * @throws HairlineError INTERNAL for a negative count: something was removed that was never added
 */
export function packCounts(counts: Int32Array): Uint8Array {
  const bytes = new Uint8Array(counts.length * (LONGEST_VARINT + 1) + LONGEST_VARINT);
  let at = 0;
  for (let index = 0; index < counts.length;) {
    const count = counts[index] ?? 0;
    if (count < 0) throw new HairlineError("INTERNAL", `a rollup cell counts ${count} predictions`);
    let next = index + 1;
    if (count === 0) while (next < counts.length && counts[next] === 0) next++;
    at = writeVarint(bytes, at, count);
    if (count === 0) at = writeVarint(bytes, at, next - index);
    index = next;
  }
  return bytes.slice(0, at);
}

/**
 * Adds packed counts to `counts`, which have the length they were packed with.
 *
 * @throws HairlineError INTERNAL when the bytes are of another length
 */
export function unpackCounts(bytes: Uint8Array, counts: Int32Array): void {
  let at = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = bytes[at++];
      if (byte === undefined) throw badLength();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  let index = 0;
  while (at < bytes.length) {
    const count = readVarint();
    if (count === 0) {
      index += readVarint();
    } else {
      if (index >= counts.length) throw badLength();
      counts[index] = (counts[index] ?? 0) + count;
      index += 1;
    }
  }
  if (index !== counts.length) throw badLength();
}

function badLength(): HairlineError {
  return new HairlineError("INTERNAL", "packed counts of a rollup are of another grid", {
    remedy: "Run `hairline rollup rebuild`.",
  });
}
