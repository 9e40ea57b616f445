import { executeImport, failImport, openImportRequests } from "@hairline/core/ingest";
import { runImport, type JobHandler, type RunImport } from "@hairline/core/jobs";
import { isRetryable } from "@hairline/core/queue";
import type { ApiServices } from "../services.ts";

type ImportServices = Pick<ApiServices, "database" | "queues" | "archives" | "log">;

/** One archive at a time in each process: an import is bound by the archive's disk, and requests come first. */
const CONCURRENCY = 1;

/**
 * Carries out imports, and puts back those that wait or were left by a process that died, whatever became of the
 * queue. Ends with the queues.
 */
export async function startImports(services: ImportServices): Promise<void> {
  const { database, queues, log } = services;
  queues.work(runImport, importHandler(services), {
    concurrency: CONCURRENCY,
    onFailure: ({ jobId, error, willRetry }) => {
      log.warn({ jobId, code: error.code, error, willRetry }, "import failed");
      // When the database is away too, the import is put back at the next start.
      if (!willRetry) failImport(database, requestIdOf(jobId), error).catch(() => undefined);
    },
  });
  const waiting = await openImportRequests(database);
  await queues.enqueue(
    runImport,
    waiting.map((importRequestId) => ({ importRequestId })),
  );
}

/** The work of one import job. */
export function importHandler({
  database,
  archives,
}: Pick<ImportServices, "database" | "archives">): JobHandler<RunImport> {
  return ({ importRequestId }, signal) =>
    executeImport(
      { database, importRequestId, signal, permit: (path) => archives.permit(path) },
      isRetryable,
    );
}

/** The request that a job is of: its id follows the prefix that `runImport.key` gives. */
function requestIdOf(jobId: string): string {
  return jobId.slice(runImport.key({ importRequestId: "" }).length);
}
