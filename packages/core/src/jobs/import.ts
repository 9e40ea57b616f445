import { z } from "zod";
import { defineJob, type PayloadOf } from "./define-job.ts";

/** Import an archive that was asked for. The payload carries the request's id; the path is read from Postgres. */
export const runImport = defineJob({
  queue: "import-archive",
  payload: z.strictObject({ importRequestId: z.uuid() }),
  attempts: 5,
  backoffMs: 2_000,
  timeoutMs: 24 * 3_600_000,
  key: ({ importRequestId }) => `import-${importRequestId}`,
});
export type RunImport = PayloadOf<typeof runImport>;
