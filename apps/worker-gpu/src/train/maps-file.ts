import { mkdir, open, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { HairlineError } from "@hairline/core/errors";
import type { BatchInputs } from "@hairline/model/train";

export interface MapsFileOptions {
  readonly folder: string;
  readonly maxBytes: number;
  readonly count: number;
  /** Float32 numbers of each image. */
  readonly length: number;
}

/**
 * Layer3's maps of all images in one temporary file of float32, 200 KB for each image of 224 px. Its name is removed
 * as soon as it is open: whatever ends the process, the file system takes the room back.
 */
export class MapsFile implements AsyncDisposable {
  /** Float32 numbers of each image. */
  readonly length: number;
  readonly #file: FileHandle;

  private constructor(file: FileHandle, length: number) {
    this.#file = file;
    this.length = length;
  }

  /** @throws HairlineError BAD_CONFIG when the maps need more room than they may take */
  static async create({ folder, maxBytes, count, length }: MapsFileOptions): Promise<MapsFile> {
    const bytes = 4 * count * length;
    if (bytes > maxBytes)
      throw new HairlineError(
        "BAD_CONFIG",
        `Layer3's maps of ${count} images take ${bytes} bytes; ${maxBytes} are allowed.`,
        {
          field: "HAIRLINE_TRAINING_CACHE_MAX_BYTES",
          remedy: "Raise it, or train with --stage full or head.",
        },
      );
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `${randomUUID()}.maps`);
    const file = await open(path, "wx+", 0o600);
    await unlink(path);
    return new MapsFile(file, length);
  }

  /** Maps of some images, one behind the other, from the place of the first. */
  async write(index: number, maps: Float32Array): Promise<void> {
    const bytes = new Uint8Array(maps.buffer, maps.byteOffset, maps.byteLength);
    for (let done = 0; done < bytes.length;) {
      const at = 4 * index * this.length + done;
      done += (await this.#file.write(bytes, done, bytes.length - done, at)).bytesWritten;
    }
  }

  async read(indices: Int32Array): Promise<BatchInputs> {
    const data = new Float32Array(indices.length * this.length);
    const bytes = new Uint8Array(data.buffer);
    const each = 4 * this.length;
    await Promise.all(
      Array.from(indices, async (index, place) => {
        const { bytesRead } = await this.#file.read(bytes, place * each, each, index * each);
        if (bytesRead !== each) throw new HairlineError("INTERNAL", "The file of maps was cut short.");
      }),
    );
    return { data, channels: 1 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}
