import { mkdir } from "node:fs/promises";
import { makeRoom } from "./make-room.ts";
import { ENTRY_BYTES } from "./pack-entry.ts";
import type { NumberedEntry } from "./pack-reader.ts";
import { PackWriter, type PixelRecord } from "./pack-writer.ts";

/** Held in memory while the disk is behind; what comes on top is not kept. */
const MAX_WAITING_BYTES = 64 * 1024 ** 2;

/** Records written in one go. */
const BATCH_RECORDS = 64;

const MAX_PACK_BYTES = 256 * 1024 ** 2;

/** The bound is met in steps of a pack; this many make a step small. */
const PACKS_IN_BOUND = 64;

/** Clocks of files lag behind that of the process by some milliseconds, on servers by more. */
const CLOCK_SLACK_MS = 1_000;

export interface WriteQueueOptions {
  readonly root: string;
  readonly folder: string;
  readonly maxBytes: number;
  readonly onWritten: (packName: string, entries: readonly NumberedEntry[]) => void;
  readonly onGivenUp: (records: readonly PixelRecord[]) => void;
  /** Called when it stops, with the reason. */
  readonly onStopped: (reason: string) => void;
}

/** Writes records behind the caller's back. It stops at the first failure, until it is resumed. */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  readonly #packBytes: number;
  #waiting: PixelRecord[] = [];
  #waitingBytes = 0;
  #draining: Promise<void> | undefined;
  #pack: PackWriter | undefined;
  #stopped = false;
  #keepSinceMs = Date.now() - CLOCK_SLACK_MS;

  constructor(options: WriteQueueOptions) {
    this.#options = options;
    this.#packBytes = Math.min(MAX_PACK_BYTES, Math.ceil(options.maxBytes / PACKS_IN_BOUND));
  }

  /** @returns whether the record is going to be written */
  add(record: PixelRecord): boolean {
    const { length } = record.image.data;
    if (this.#stopped || this.#waitingBytes + length > MAX_WAITING_BYTES) return false;
    this.#waiting.push(record);
    this.#waitingBytes += length;
    this.#draining ??= this.#drain();
    return true;
  }

  /** Packs used from now on are kept; a full or failing disk is given another chance. */
  resume(): void {
    this.#stopped = false;
    this.#keepSinceMs = Date.now() - CLOCK_SLACK_MS;
  }

  /** Resolves when all records are written or given up. */
  async flush(): Promise<void> {
    await this.#draining;
  }

  async close(): Promise<void> {
    await this.flush();
    this.#stopped = true;
    await this.#closePack();
  }

  async #drain(): Promise<void> {
    // Not in the caller's turn: it has a batch to go on with.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const records = this.#waiting.splice(0, BATCH_RECORDS);
      if (!(await this.#write(records))) this.#options.onGivenUp(records);
      this.#waitingBytes -= records.reduce((sum, { image }) => sum + image.data.length, 0);
    }
    this.#draining = undefined;
  }

  async #write(records: readonly PixelRecord[]): Promise<boolean> {
    if (this.#stopped) return false;
    const bytes = records.reduce((sum, { image }) => sum + image.data.length + ENTRY_BYTES, 0);
    try {
      const pack = await this.#packFor(bytes);
      if (pack === undefined) return false;
      this.#options.onWritten(pack.name, await pack.append(records));
      return true;
    } catch (error) {
      await this.#stop(error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  async #packFor(bytes: number): Promise<PackWriter | undefined> {
    const full = this.#pack !== undefined && this.#pack.byteSize + bytes > this.#packBytes;
    if (full || (await this.#pack?.isRemoved()) === true) await this.#closePack();
    // Once more for a cache that is removed between its steps.
    this.#pack ??= await this.#beginPack(bytes).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return this.#beginPack(bytes);
      throw error;
    });
    return this.#pack;
  }

  async #beginPack(bytes: number): Promise<PackWriter | undefined> {
    const { root, folder, maxBytes } = this.#options;
    await mkdir(root, { recursive: true, mode: 0o700 });
    const neededBytes = Math.max(bytes, this.#packBytes);
    const reason = await makeRoom({ root, maxBytes, neededBytes, keepSinceMs: this.#keepSinceMs });
    if (reason === undefined) return await PackWriter.create(folder);
    await this.#stop(reason);
    return undefined;
  }

  /** The pack is left behind: after a failed write its end is not known. */
  async #stop(reason: string): Promise<void> {
    this.#stopped = true;
    this.#options.onStopped(reason);
    await this.#closePack();
  }

  async #closePack(): Promise<void> {
    const pack = this.#pack;
    this.#pack = undefined;
    // A disk that could not write may not be able to close either; there is nothing left to lose.
    await pack?.close().catch(() => {});
  }
}
