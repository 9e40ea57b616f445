import type { PixelImage } from "../preprocess/index.ts";
import { contentKey, type ContentKey } from "./content-key.ts";
import { OpenFiles } from "./open-files.ts";
import { listPackNames } from "./pack-files.ts";
import { PackReader, type NumberedEntry } from "./pack-reader.ts";
import type { PixelRecord } from "./pack-writer.ts";
import { WriteQueue } from "./write-queue.ts";

const MAX_OPEN_FILES = 64;
const MAX_PASSES = 16;

export interface PixelCacheOptions {
  /** The whole cache, which maxBytes is for. */
  readonly root: string;
  /** The part of it that belongs to one pixel fingerprint. */
  readonly folder: string;
  readonly maxBytes: number;
  /** The cache is of less use than it could be, and why. Pixels are never wrong for it. */
  readonly onWarning: (message: string) => void;
}

export interface PixelCacheCounts {
  readonly hits: number;
  readonly misses: number;
  readonly written: number;
  /** Not written: the disk was behind, full or failing, or the bound was reached. */
  readonly skipped: number;
  /** Records whose checksum was wrong; each was decoded again. */
  readonly damaged: number;
}

interface Location {
  readonly pack: PackReader;
  readonly entry: NumberedEntry;
}

/** Pixels of files by what is in the files, for one way to decode and resize them. */
export class PixelCache implements AsyncDisposable {
  readonly #options: PixelCacheOptions;
  readonly #files = new OpenFiles(MAX_OPEN_FILES);
  readonly #packs = new Map<string, PackReader>();
  readonly #locations = new Map<ContentKey, Location>();
  readonly #queue: WriteQueue;
  /** On their way to the disk. */
  readonly #waiting = new Set<ContentKey>();
  readonly #counts = { hits: 0, misses: 0, written: 0, skipped: 0, damaged: 0 };
  #usedInPass = new Set<PackReader>();
  #warned = false;
  /** The latest ones: passes may take turns. */
  readonly #passes = new Map<string, Promise<void>>();

  constructor(options: PixelCacheOptions) {
    this.#options = options;
    this.#queue = new WriteQueue({
      ...options,
      onWritten: (packName, entries) => this.#addWritten(packName, entries),
      onGivenUp: (records) => this.#giveUp(records),
      onStopped: (reason) => this.#warn(`pixels are no longer kept: ${reason}`),
    });
  }

  /**
   * Call it when a reading of an archive begins (a run, a training). What others wrote meanwhile becomes known, and packs
   * used from then on are not removed to make room. Calling it again with the same name does nothing.
   */
  beginPass(name: string): Promise<void> {
    const known = this.#passes.get(name);
    if (known !== undefined) return known;
    this.#warned = false;
    this.#usedInPass = new Set();
    this.#queue.resume();
    const begun = this.#refresh().catch((error: unknown) =>
      this.#warnOfFailure("it cannot be listed", error),
    );
    this.#passes.set(name, begun);
    for (const [oldest] of this.#passes) if (this.#passes.size > MAX_PASSES) this.#passes.delete(oldest);
    return begun;
  }

  /** The pixels of a file: kept ones, or those `decode` gives, which are then kept. @throws what decode throws */
  async load(bytes: Uint8Array, decode: () => Promise<PixelImage>): Promise<PixelImage> {
    // Before decoding, which may move the bytes to another thread.
    const key = await contentKey(bytes);
    const kept = await this.get(key);
    if (kept !== undefined) return kept;
    const image = await decode();
    this.put(key, image);
    return image;
  }

  async get(key: ContentKey): Promise<PixelImage | undefined> {
    const location = this.#locations.get(key);
    const data = location === undefined ? undefined : await this.#read(key, location);
    if (location === undefined || data === undefined) {
      this.#counts.misses += 1;
      return undefined;
    }
    this.#counts.hits += 1;
    return { channels: location.entry.channels, size: location.entry.size, data };
  }

  /** Keeps pixels, soon; the array is not to be changed any more. */
  put(key: ContentKey, image: PixelImage): void {
    if (this.#locations.has(key) || this.#waiting.has(key)) return;
    if (this.#queue.add({ key, image })) this.#waiting.add(key);
    else this.#counts.skipped += 1;
  }

  get counts(): PixelCacheCounts {
    return { ...this.#counts };
  }

  /** Resolves when what was put is on its way through the operating system, or given up. */
  async flush(): Promise<void> {
    await this.#queue.flush();
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#queue.close();
    await this.#files.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #read(key: ContentKey, location: Location): Promise<Uint8Array | undefined> {
    const { pack, entry } = location;
    try {
      await this.#markUsed(pack);
      const data = await pack.readPixels(entry);
      if (data !== undefined) return data;
      this.#counts.damaged += 1;
      this.#forget(key, location);
      await pack.erase(entry.line);
    } catch (error) {
      this.#forget(key, location);
      if ((error as NodeJS.ErrnoException).code === "ENOENT") await this.#dropPack(pack);
      else this.#warnOfFailure("a record could not be read", error);
    }
    return undefined;
  }

  /** Once a pass, so that a pack costs one more call in thousands. */
  async #markUsed(pack: PackReader): Promise<void> {
    if (this.#usedInPass.has(pack)) return;
    this.#usedInPass.add(pack);
    // A cache may be mounted read-only.
    await pack.markUsed().catch(() => {});
  }

  #addWritten(packName: string, entries: readonly NumberedEntry[]): void {
    const pack = this.#pack(packName);
    this.#counts.written += entries.length;
    for (const entry of entries) {
      this.#locations.set(entry.key, { pack, entry });
      this.#waiting.delete(entry.key);
    }
  }

  #giveUp(records: readonly PixelRecord[]): void {
    this.#counts.skipped += records.length;
    for (const { key } of records) this.#waiting.delete(key);
  }

  async #refresh(): Promise<void> {
    const names = new Set(await listPackNames(this.#options.folder));
    for (const [name, pack] of this.#packs) if (!names.has(name)) await this.#dropPack(pack);
    for (const name of names) {
      const pack = this.#pack(name);
      const { entries } = await pack.readNewEntries().catch((error: unknown) => {
        this.#warnOfFailure("a pack could not be read", error);
        return { entries: [] };
      });
      for (const entry of entries) this.#locations.set(entry.key, { pack, entry });
    }
  }

  #pack(name: string): PackReader {
    const known = this.#packs.get(name);
    if (known !== undefined) return known;
    const pack = new PackReader({ folder: this.#options.folder, name, files: this.#files });
    this.#packs.set(name, pack);
    return pack;
  }

  async #dropPack(pack: PackReader): Promise<void> {
    if (!this.#packs.delete(pack.name)) return;
    for (const [key, location] of this.#locations) if (location.pack === pack) this.#locations.delete(key);
    await pack.close();
  }

  #forget(key: ContentKey, location: Location): void {
    if (this.#locations.get(key) === location) this.#locations.delete(key);
  }

  /** @throws what is no failure of the file system */
  #warnOfFailure(what: string, error: unknown): void {
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    this.#warn(`${what}: ${error.message}`);
  }

  /** Once a pass: a disk that fails for one record fails for all. */
  #warn(message: string): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#options.onWarning(message);
  }
}
