import type { ArchiveEntry } from "./archive-entry.ts";

export type ArchiveLayout = "mura" | "manifest" | "folder";

/** An archive whose layout and root are known, ready to be read. */
export interface ArchiveSource {
  readonly layout: ArchiveLayout;
  /** Absolute path without symlinks, or s3://bucket/prefix; object keys are relative to it. */
  readonly root: string;
  readonly defaultName: string;
  /** Columns of a manifest that are no field's. */
  readonly ignoredColumns: readonly string[];
  /** Everything the archive lists, in chunks; reading again starts anew. */
  entries(signal?: AbortSignal): AsyncGenerator<ArchiveEntry[]>;
}
