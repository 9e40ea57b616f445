import { open, utimes } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { OpenFiles } from "./open-files.ts";
import { decodeEntry, ENTRY_BYTES, pixelBytes, type PackEntry } from "./pack-entry.ts";
import { absent, indexPath, pixelsPath } from "./pack-files.ts";

export interface PackLines {
  readonly entries: readonly NumberedEntry[];
  /** Lines that are not what was written. */
  readonly damagedLines: readonly number[];
}

export interface NumberedEntry extends PackEntry {
  /** Line of the index, from 0. */
  readonly line: number;
}

/** One pack, which its writer may still append to and anyone may remove. */
export class PackReader {
  readonly name: string;
  readonly #folder: string;
  readonly #files: OpenFiles;
  #linesRead = 0;

  constructor(options: { folder: string; name: string; files: OpenFiles }) {
    this.name = options.name;
    this.#folder = options.folder;
    this.#files = options.files;
  }

  /**
   * The entries added since the last call; none when the pack was removed. A last line that is not complete is left for
   * the next call.
   */
  async readNewEntries(): Promise<PackLines> {
    const bytes = await this.#readIndexFrom(this.#linesRead * ENTRY_BYTES);
    const first = this.#linesRead;
    const count = Math.floor(bytes.length / ENTRY_BYTES);
    const entries: NumberedEntry[] = [];
    const damagedLines: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const entry = decodeEntry(bytes.subarray(index * ENTRY_BYTES, (index + 1) * ENTRY_BYTES));
      if (entry === "damaged") damagedLines.push(first + index);
      else if (entry !== "erased") entries.push({ ...entry, line: first + index });
    }
    this.#linesRead += count;
    return { entries, damagedLines };
  }

  async #readIndexFrom(start: number): Promise<Buffer> {
    // Not kept open: an index is read once in a pass.
    const handle = await open(indexPath(this.#folder, this.name), "r").catch(absent);
    if (handle === undefined) return Buffer.alloc(0);
    try {
      const { size } = await handle.stat();
      const bytes = Buffer.alloc(Math.max(0, size - start));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
      return bytes.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  /** @returns undefined when the bytes are not those that were written */
  async readPixels(entry: PackEntry): Promise<Uint8Array | undefined> {
    const data = new Uint8Array(pixelBytes(entry));
    const { bytesRead } = await this.#files.use(pixelsPath(this.#folder, this.name), (handle) =>
      handle.read(data, 0, data.length, entry.offset),
    );
    return bytesRead === data.length && crc32(data) === entry.checksum ? data : undefined;
  }

  /** Takes a damaged record out for every reader to come. */
  async erase(line: number): Promise<void> {
    const handle = await open(indexPath(this.#folder, this.name), "r+");
    try {
      await handle.write(Buffer.alloc(ENTRY_BYTES), 0, ENTRY_BYTES, line * ENTRY_BYTES);
    } finally {
      await handle.close();
    }
  }

  /** Keeps the pack from being the next to go. */
  async markUsed(): Promise<void> {
    const now = new Date();
    await utimes(indexPath(this.#folder, this.name), now, now);
  }

  async close(): Promise<void> {
    await this.#files.drop(pixelsPath(this.#folder, this.name));
  }
}
