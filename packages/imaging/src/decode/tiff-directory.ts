import type { ByteReader } from "./byte-reader.ts";
import { truncated, unreadable } from "./image-error.ts";

/** Field types that hold unsigned integers → bytes per value (TIFF 6.0 §2; LONG8 is BigTIFF's). */
const INTEGER_BYTES: ReadonlyMap<number, number> = new Map([
  [1, 1], // BYTE
  [3, 2], // SHORT
  [4, 4], // LONG
  [13, 4], // IFD
  [16, 8], // LONG8
]);

/** All field types → bytes per value: the integers, then ASCII, rationals, signed, floating point and IFD8. */
const VALUE_BYTES: ReadonlyMap<number, number> = new Map([
  ...INTEGER_BYTES,
  [2, 1],
  [5, 8],
  [6, 1],
  [7, 1],
  [8, 2],
  [9, 4],
  [10, 8],
  [11, 4],
  [12, 8],
  [17, 8],
  [18, 8],
]);

/** A real radiograph has one or two directories of some twenty fields; more is damage or an attack. */
const MAX_DIRECTORIES = 1024;
const MAX_ENTRIES = 1024;
/** Values of one field: a strip per row of a 100-megapixel image stays below it. */
const MAX_VALUES = 2 ** 20;

/** Where classic TIFF and BigTIFF differ. */
interface Layout {
  readonly countBytes: number;
  readonly entryBytes: number;
  readonly offsetBytes: 4 | 8;
  readonly firstPointer: number;
}

const CLASSIC: Layout = { countBytes: 2, entryBytes: 12, offsetBytes: 4, firstPointer: 4 };
const BIG: Layout = { countBytes: 8, entryBytes: 20, offsetBytes: 8, firstPointer: 8 };

/** One image file directory: its integer fields by tag. */
export class TiffDirectory {
  readonly #reader: ByteReader;
  readonly #layout: Layout;
  readonly #entries = new Map<number, number>();
  /** Offset of the next directory, 0 after the last. */
  readonly next: number;

  constructor(reader: ByteReader, layout: Layout, offset: number) {
    this.#reader = reader;
    this.#layout = layout;
    const count = layout.countBytes === 2 ? reader.uint16(offset) : readOffset(reader, offset, 8);
    if (count > MAX_ENTRIES) throw unreadable(`a TIFF directory has ${count} entries`);
    const first = offset + layout.countBytes;
    const end = first + count * layout.entryBytes;
    this.next = readOffset(reader, end, layout.offsetBytes);
    for (let at = first; at < end; at += layout.entryBytes) this.#entries.set(reader.uint16(at), at);
  }

  /** A field's values; empty when the field is absent. */
  integers(tag: number): number[] {
    const at = this.#entries.get(tag);
    if (at === undefined) return [];
    const size = INTEGER_BYTES.get(this.#reader.uint16(at + 2));
    if (size === undefined) throw unreadable(`TIFF field ${tag} is not of an integer type`);
    const { from, count } = this.#locate(at, size);
    if (count > MAX_VALUES) throw unreadable(`TIFF field ${tag} has ${count} values`);
    return Array.from({ length: count }, (_, index) => readInteger(this.#reader, from + index * size, size));
  }

  /** @throws HairlineError IMAGE_TRUNCATED unless the values of every field lie within the file */
  requireValues(): void {
    for (const at of this.#entries.values()) {
      const size = VALUE_BYTES.get(this.#reader.uint16(at + 2));
      if (size !== undefined) this.#locate(at, size);
    }
  }

  /** Where an entry's values lie: in the entry itself when they fit there. */
  #locate(at: number, size: number): { from: number; count: number } {
    const { offsetBytes } = this.#layout;
    const count = readOffset(this.#reader, at + 4, offsetBytes);
    const inline = at + 4 + offsetBytes;
    const from = count * size <= offsetBytes ? inline : readOffset(this.#reader, inline, offsetBytes);
    this.#reader.require(from, count * size);
    return { from, count };
  }

  integer(tag: number): number | undefined {
    return this.integers(tag)[0];
  }
}

/**
 * The chain of directories of a TIFF or BigTIFF.
 * @throws HairlineError IMAGE_UNREADABLE for a chain that loops or exceeds 1,024
 */
export function readTiffDirectories(reader: ByteReader): [TiffDirectory, ...TiffDirectory[]] {
  const layout = reader.uint16(2) === 43 ? BIG : CLASSIC;
  const open = (offset: number) => new TiffDirectory(reader, layout, offset);
  const start = readOffset(reader, layout.firstPointer, layout.offsetBytes);
  if (start === 0) throw unreadable("the TIFF has no directory");
  const directories: [TiffDirectory, ...TiffDirectory[]] = [open(start)];
  const seen = new Set([start]);
  for (let offset = directories[0].next; offset !== 0;) {
    if (seen.has(offset)) throw unreadable("the TIFF's directories form a loop");
    if (seen.size >= MAX_DIRECTORIES) throw unreadable(`the TIFF has over ${MAX_DIRECTORIES} directories`);
    seen.add(offset);
    const directory = open(offset);
    directories.push(directory);
    offset = directory.next;
  }
  return directories;
}

function readInteger(reader: ByteReader, at: number, size: number): number {
  if (size === 1) return reader.uint8(at);
  if (size === 2) return reader.uint16(at);
  return readOffset(reader, at, size === 4 ? 4 : 8);
}

function readOffset(reader: ByteReader, at: number, size: 4 | 8): number {
  if (size === 4) return reader.uint32(at);
  const [low, high] = reader.littleEndian ? [at, at + 4] : [at + 4, at];
  const value = reader.uint32(high) * 2 ** 32 + reader.uint32(low);
  if (!Number.isSafeInteger(value)) throw truncated(`a TIFF offset of ${value} lies beyond any file`);
  return value;
}
