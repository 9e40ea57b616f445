import { planRun } from "@hairline/core/jobs";
import { pageRuns, resolveListing } from "@hairline/core/listing";
import { openRun, readRunProgress } from "@hairline/core/runs";
import { getNetwork } from "@hairline/model/registry";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { actingFor } from "../http/acting.ts";
import { decodeCursor, pageFrom } from "../http/cursor.ts";
import { Name, PAGE_QUERY } from "../schemas/page.ts";
import { NewRun, OpenedRun, RunPage, RunProgress, RunState } from "../schemas/run.ts";
import type { ApiServices } from "../services.ts";

const Cursor = z.tuple([z.int(), z.uuid()]);

/** Scoring runs. */
export function registerRuns(server: ApiServer, { database, queues }: ApiServices): void {
  server.get("/v1/runs", {
    config: { access: "read" },
    schema: {
      operationId: "listRuns",
      summary: "Runs, the latest first",
      tags: ["runs"],
      querystring: z.object({
        ...PAGE_QUERY,
        dataset: Name.optional(),
        model: Name.optional(),
        state: RunState.optional(),
      }),
      response: { 200: RunPage },
    },
    handler: async ({ query }) => {
      const { cursor, limit, ...filter } = query;
      const rows = await pageRuns(database, {
        ...filter,
        before: decodeCursor(Cursor, cursor),
        limit: limit + 1,
      });
      return pageFrom(rows, limit, ({ position, runId }) => [position, runId]);
    },
  });
  server.post("/v1/runs", {
    config: { access: "score", idempotent: true },
    schema: {
      operationId: "createRun",
      summary: "Score every image of a dataset that the model has not scored yet",
      tags: ["runs"],
      body: NewRun,
      response: { 202: OpenedRun },
    },
    handler: async (request, reply) => {
      const { dataset, model, priority = "normal", ...options } = request.body;
      const { id: modelId } = await getNetwork(database, model);
      const { datasetId } = await resolveListing(database, { dataset, model });
      const opened = await actingFor(database, request, (acting) =>
        openRun({ database: acting, datasetId, modelId, priority, ...given(options) }),
      );
      await queues.enqueue(planRun, [{ runId: opened.runId }], { priority });
      request.log.info({ runId: opened.runId, jobId: planRun.key(opened), priority }, "run queued");
      return reply.status(202).header("location", `/v1/runs/${opened.runId}`).send(opened);
    },
  });
  server.get("/v1/runs/:runId", {
    config: { access: "read" },
    schema: {
      operationId: "getRun",
      summary: "How far a run is",
      tags: ["runs"],
      params: z.object({ runId: z.uuid() }),
      response: { 200: RunProgress },
    },
    handler: ({ params }) => readRunProgress(database, params.runId),
  });
}

/** The options that were given: what is left out keeps its default. */
function given<T extends object>(options: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}
