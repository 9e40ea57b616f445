import { randomUUID } from "node:crypto";
import type { Database } from "../db/index.ts";
import { HairlineError, toHairlineError } from "../errors.ts";
import { importArchive } from "./import-archive.ts";
import type { ImportReport } from "./import-report.ts";
import type { ArchiveLocation } from "./open-archive.ts";

export const IMPORT_STATES = ["queued", "running", "completed", "failed"] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

/** An import to be done in the background. */
export interface NewImportRequest extends ArchiveLocation {
  readonly name?: string | undefined;
  readonly requestedBy: string;
}

/** An import that was asked for, and how far it has come. */
export interface ImportRequest {
  readonly importRequestId: string;
  readonly path: string;
  readonly name: string | null;
  readonly root: string | null;
  readonly layout: ArchiveLocation["layout"] | null;
  readonly columns: NonNullable<ArchiveLocation["columns"]>;
  readonly state: ImportState;
  /** Images and files the archive listed so far. */
  readonly entries: number;
  /** Of a completed import. */
  readonly report: StoredImportReport | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly requestedBy: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

export type StoredImportReport = Omit<ImportReport, "rejections" | "root">;

export const IMPORT_REQUEST_COLUMNS = `id as "importRequestId", path, name, root, layout, columns, state, entries, report,
  error_code as "errorCode", error_message as "errorMessage", requested_by as "requestedBy",
  created_at as "createdAt", finished_at as "finishedAt"`;

/** @returns the request, waiting to be executed */
export async function requestImport({ pool }: Database, given: NewImportRequest): Promise<ImportRequest> {
  const { rows } = await pool.query<ImportRequest>(
    `insert into import_request (id, path, name, root, layout, columns, requested_by)
     values ($1, $2, $3, $4, $5, $6, $7) returning ${IMPORT_REQUEST_COLUMNS}`,
    [
      randomUUID(),
      given.path,
      given.name ?? null,
      given.root ?? null,
      given.layout ?? null,
      JSON.stringify(given.columns ?? {}),
      given.requestedBy,
    ],
  );
  return onlyRequest(rows);
}

/** @throws HairlineError IMPORT_NOT_FOUND */
export async function readImportRequest({ pool }: Database, id: string): Promise<ImportRequest> {
  const { rows } = await pool.query<ImportRequest>(
    `select ${IMPORT_REQUEST_COLUMNS} from import_request where id = $1`,
    [id],
  );
  return onlyRequest(rows);
}

function onlyRequest([row]: readonly ImportRequest[]): ImportRequest {
  if (row !== undefined) return row;
  throw new HairlineError("IMPORT_NOT_FOUND", "No import has this id.", { field: "import" });
}

/** Imports that wait or were left by a process that died. */
export async function openImportRequests({ pool }: Database): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    "select id from import_request where state in ('queued', 'running') order by created_at, id",
  );
  return rows.map(({ id }) => id);
}

export interface ImportExecution {
  readonly database: Database;
  readonly importRequestId: string;
  readonly signal: AbortSignal;
  /** Asked again before the archive is read, since links may have changed since the request was taken. */
  readonly permit: (path: string) => Promise<string>;
}

/**
 * Carries out an import that waits, or goes on with one that was left; one that has ended is left alone. A failure
 * that another try may cure is thrown and leaves the request open; any other ends it.
 *
 * @param retryable whether an error is worth another try
 */
export async function executeImport(
  execution: ImportExecution,
  retryable: (error: HairlineError) => boolean,
): Promise<void> {
  const { database, importRequestId, signal } = execution;
  const { rowCount } = await database.pool.query(
    `update import_request set state = 'running', started_at = coalesce(started_at, now())
     where id = $1 and state in ('queued', 'running')`,
    [importRequestId],
  );
  if (rowCount === 0) return;
  try {
    await complete(database, importRequestId, await carryOut(execution));
  } catch (error) {
    const coded = toHairlineError(error);
    if (signal.aborted || retryable(coded)) throw error;
    await failImport(database, importRequestId, coded);
  }
}

async function carryOut({
  database,
  importRequestId,
  signal,
  permit,
}: ImportExecution): Promise<ImportReport> {
  const asked = await readImportRequest(database, importRequestId);
  const progress = new ProgressWriter(database, importRequestId);
  const report = await importArchive({
    database,
    path: await permit(asked.path),
    name: asked.name ?? undefined,
    root: asked.root === null ? undefined : await permit(asked.root),
    layout: asked.layout ?? undefined,
    columns: asked.columns,
    signal,
    onProgress: ({ entries }) => progress.note(entries),
  });
  await progress.settled();
  return report;
}

/** Writes how far an import is, one write at a time; what comes meanwhile is passed over. */
class ProgressWriter {
  readonly #database: Database;
  readonly #id: string;
  #writing: Promise<unknown> | undefined;

  constructor(database: Database, id: string) {
    this.#database = database;
    this.#id = id;
  }

  note(entries: number): void {
    this.#writing ??= this.#database.pool
      .query("update import_request set entries = $2 where id = $1", [this.#id, entries])
      // Only what is shown; the import itself says when the database is away.
      .catch(() => undefined)
      .finally(() => {
        this.#writing = undefined;
      });
  }

  async settled(): Promise<void> {
    await this.#writing;
  }
}

async function complete({ pool }: Database, id: string, report: ImportReport): Promise<void> {
  const { rejections: _rejections, root: _root, ...counts } = report;
  await pool.query(
    `update import_request
     set state = 'completed', entries = $2, report = $3, import_id = $4, finished_at = now()
     where id = $1 and state = 'running'`,
    [id, report.entries, JSON.stringify(counts), report.importId],
  );
}

/** Ends a request that cannot be carried out; one that has ended stays as it is. */
export async function failImport({ pool }: Database, id: string, error: HairlineError): Promise<void> {
  await pool.query(
    `update import_request set state = 'failed', error_code = $2, error_message = $3, finished_at = now()
     where id = $1 and state in ('queued', 'running')`,
    [id, error.code, error.message],
  );
}
