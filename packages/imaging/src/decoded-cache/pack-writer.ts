import { mkdir, open, type FileHandle } from "node:fs/promises";
import type { PixelImage } from "../preprocess/index.ts";
import type { ContentKey } from "./content-key.ts";
import { describePixels, encodeEntry, ENTRY_BYTES } from "./pack-entry.ts";
import { indexPath, newPackName, pixelsPath } from "./pack-files.ts";
import type { NumberedEntry } from "./pack-reader.ts";

export interface PixelRecord {
  readonly key: ContentKey;
  readonly image: PixelImage;
}

/** A pack of its own for one writer: nobody else appends to it. Radiographs are for their owner's eyes only. */
export class PackWriter {
  readonly name: string;
  readonly #pixels: FileHandle;
  readonly #index: FileHandle;
  #byteSize = 0;
  #lines = 0;

  private constructor(name: string, { pixels, index }: { pixels: FileHandle; index: FileHandle }) {
    this.name = name;
    this.#pixels = pixels;
    this.#index = index;
  }

  static async create(folder: string): Promise<PackWriter> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const name = newPackName();
    const pixels = await open(pixelsPath(folder, name), "wx", 0o600);
    try {
      return new PackWriter(name, { pixels, index: await open(indexPath(folder, name), "wx", 0o600) });
    } catch (error) {
      await pixels.close();
      throw error;
    }
  }

  /** Of both files. */
  get byteSize(): number {
    return this.#byteSize + this.#lines * ENTRY_BYTES;
  }

  /** Whether somebody removed the files: what is written now, nobody will find. */
  async isRemoved(): Promise<boolean> {
    const [pixels, index] = await Promise.all([this.#pixels.stat(), this.#index.stat()]);
    return pixels.nlink === 0 || index.nlink === 0;
  }

  /** The pixels first: an entry in the index is the promise that they are there. */
  async append(records: readonly PixelRecord[]): Promise<NumberedEntry[]> {
    let offset = this.#byteSize;
    const entries = records.map(({ key, image }, index) => {
      const entry = { ...describePixels(key, image, offset), line: this.#lines + index };
      offset += image.data.length;
      return entry;
    });
    const data = records.map(({ image }) => image.data);
    await writeAll(this.#pixels, data, this.#byteSize);
    await writeAll(this.#index, entries.map(encodeEntry), this.#lines * ENTRY_BYTES);
    this.#byteSize = offset;
    this.#lines += entries.length;
    return entries;
  }

  async close(): Promise<void> {
    await Promise.all([this.#pixels.close(), this.#index.close()]);
  }
}

async function writeAll(handle: FileHandle, parts: readonly Uint8Array[], position: number): Promise<void> {
  const { bytesWritten } = await handle.writev(parts, position);
  const expected = parts.reduce((sum, { length }) => sum + length, 0);
  if (bytesWritten !== expected) throw new Error(`wrote ${bytesWritten} of ${expected} bytes`);
}
