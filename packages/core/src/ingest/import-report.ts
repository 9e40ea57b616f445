import type { ErrorCode } from "../errors.ts";
import type { Rejection } from "./archive-entry.ts";
import type { ArchiveLayout } from "./archive-source.ts";

/**
 * How many of the images and files that an archive lists went where; each is in exactly one of added, updated,
 * unchanged, duplicates, rejected and ignored.
 */
export interface ImportCounts {
  readonly added: number;
  /** Stored before; its bytes, or what the archive says of it, changed. */
  readonly updated: number;
  /** Stored before, by the same path, size and time, with the same said of it. */
  readonly unchanged: number;
  /** Listed again with the same values. */
  readonly duplicates: number;
  readonly rejected: number;
  /** Files that are no images, and hidden files. */
  readonly ignored: number;
}

export interface ImportProgress extends ImportCounts {
  /** Images and files the archive listed so far. */
  readonly entries: number;
  readonly entriesPerSecond: number;
}

export interface ImportReport extends ImportCounts {
  readonly importId: string;
  readonly datasetId: number;
  /** The dataset's name. */
  readonly dataset: string;
  /** True when this import created the dataset. */
  readonly created: boolean;
  readonly layout: ArchiveLayout;
  readonly root: string;
  readonly entries: number;
  /** Predictions and quarantine rows removed since their image's bytes changed. */
  readonly factsRemoved: number;
  /** How many were rejected by code, codes in order. */
  readonly rejectedByCode: Readonly<Partial<Record<ErrorCode, number>>>;
  /** The first rejections; all are stored in import_rejection. */
  readonly rejections: readonly Rejection[];
  /** Columns of the manifest that mean nothing here. */
  readonly ignoredColumns: readonly string[];
  readonly seconds: number;
}

/** Adds up what batches did. */
export class ImportTally {
  readonly #counts = { added: 0, updated: 0, unchanged: 0, duplicates: 0, rejected: 0, ignored: 0 };
  readonly #byCode = new Map<ErrorCode, number>();
  readonly #rejections: Rejection[] = [];
  readonly #maxRejections: number;
  readonly #startedAt = performance.now();
  factsRemoved = 0;

  constructor(maxRejections: number) {
    this.#maxRejections = maxRejections;
  }

  get counts(): ImportCounts {
    return { ...this.#counts };
  }

  get entries(): number {
    return Object.values(this.#counts).reduce((sum, count) => sum + count, 0);
  }

  get seconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  get rejections(): readonly Rejection[] {
    return this.#rejections;
  }

  get rejectedByCode(): Partial<Record<ErrorCode, number>> {
    return Object.fromEntries([...this.#byCode].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  get progress(): ImportProgress {
    const { entries, seconds } = this;
    return { ...this.counts, entries, entriesPerSecond: seconds > 0 ? entries / seconds : 0 };
  }

  add(counts: ImportCounts, rejections: readonly Rejection[]): void {
    for (const key of Object.keys(this.#counts) as (keyof ImportCounts)[]) this.#counts[key] += counts[key];
    for (const rejection of rejections) {
      this.#byCode.set(rejection.code, (this.#byCode.get(rejection.code) ?? 0) + 1);
      if (this.#rejections.length < this.#maxRejections) this.#rejections.push(rejection);
    }
  }
}
