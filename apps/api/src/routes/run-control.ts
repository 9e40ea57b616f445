import { writeAudit } from "@hairline/core/audit";
import type { Database } from "@hairline/core/db";
import {
  cancelRun,
  pauseRun,
  readRunProgress,
  resumeRun,
  retryQuarantined,
  setRunPriority,
  type RunProgress as Progress,
} from "@hairline/core/runs";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { actingFor } from "../http/acting.ts";
import { Priority, RunProgress } from "../schemas/run.ts";
import type { ApiServices } from "../services.ts";

const params = z.object({ runId: z.uuid() });

/** What can be done to a run under way. */
export function registerRunControl(server: ApiServer, { database, queues }: ApiServices): void {
  const STEPS = [
    { step: "pause", done: "paused", summary: "Start no further shard", change: pauseRun },
    {
      step: "resume",
      done: "resumed",
      summary: "Let a paused run go on",
      change: (acting: Database, runId: string) => resumeRun({ database: acting, queues }, runId),
    },
    {
      step: "cancel",
      done: "cancelled",
      summary: "End a run for good; what is stored stays",
      change: cancelRun,
    },
  ];
  for (const { step, done, summary, change } of STEPS) {
    server.post(`/v1/runs/:runId/${step}`, {
      config: { access: "score" },
      schema: { operationId: `${step}Run`, summary, tags: ["runs"], params, response: { 200: RunProgress } },
      handler: (request) =>
        audited(request, request.params.runId, {
          action: `run.${done}`,
          change: (acting) => change(acting, request.params.runId),
        }),
    });
  }
  server.put("/v1/runs/:runId/priority", {
    config: { access: "score" },
    schema: {
      operationId: "setRunPriority",
      summary: "Change what is scored before what",
      tags: ["runs"],
      params,
      body: z.strictObject({ priority: Priority }),
      response: { 200: RunProgress },
    },
    handler: (request) =>
      audited(request, request.params.runId, {
        action: "run.prioritised",
        change: (acting) =>
          setRunPriority({ database: acting, queues }, request.params.runId, request.body.priority),
      }),
  });
  server.post("/v1/runs/:runId/retry-quarantined", {
    config: { access: "score", idempotent: true },
    schema: {
      operationId: "retryQuarantined",
      summary: "Open a run of the images that this one put into quarantine",
      tags: ["runs"],
      params,
      response: {
        202: z.object({
          runId: z.uuid().nullable().describe("Null when there is nothing to try again."),
          images: z.int(),
        }),
      },
    },
    handler: async (request, reply) => {
      const opened = await actingFor(database, request, (acting) =>
        retryQuarantined({ database: acting, queues }, request.params.runId),
      );
      return reply.status(202).send(opened ?? { runId: null, images: 0 });
    },
  });

  /** Carries out a step and puts it on record with the run's state before and after; one without effect is none. */
  async function audited(
    request: FastifyRequest,
    runId: string,
    { action, change }: { action: string; change: (acting: Database) => Promise<Progress> },
  ): Promise<Progress> {
    const before = stateOf(await readRunProgress(database, runId));
    return actingFor(database, request, async (acting) => {
      const progress = await change(acting);
      const after = stateOf(progress);
      if (JSON.stringify(before) !== JSON.stringify(after))
        await writeAudit(acting, { action, subject: runId, before, after });
      return progress;
    });
  }
}

function stateOf({ state, priority, pausedAt }: Progress): Readonly<Record<string, unknown>> {
  return { state, priority, paused: pausedAt !== null };
}
