import { runSweep } from "@hairline/core/jobs";
import { cancelSweep, listSweeps, readSweepRow, requestSweep, type StoredSweep } from "@hairline/core/sweeps";
import { configCount, parseGridAxis } from "@hairline/core/triage";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { actingFor } from "../http/acting.ts";
import { NewSweep, RequestedSweep, Sweep } from "../schemas/sweep.ts";
import type { ApiServices } from "../services.ts";

const params = z.object({ sweepId: z.uuid() });

/** Threshold sweeps over stored facts. */
export function registerSweeps(server: ApiServer, { database, queues }: ApiServices): void {
  server.get("/v1/sweeps", {
    config: { access: "read" },
    schema: {
      operationId: "listSweeps",
      summary: "The latest sweeps, newest first",
      tags: ["sweeps"],
      querystring: z.object({ limit: z.coerce.number<string>().int().min(1).max(200).default(50) }),
      response: { 200: z.object({ items: z.array(Sweep) }) },
    },
    handler: async ({ query }) => ({
      items: (await listSweeps(database.pool, query.limit)).map(sweepAnswer),
    }),
  });
  server.post("/v1/sweeps", {
    config: { access: "score", idempotent: true },
    schema: {
      operationId: "createSweep",
      summary: "Ask for a sweep; one that asked the same of the same facts is found again",
      tags: ["sweeps"],
      body: NewSweep,
      response: { 202: RequestedSweep },
    },
    handler: async (request, reply) => {
      const { fresh, ...spec } = request.body;
      const asked = { ...spec, grid: gridOf(spec.grid), filter: filterOf(spec.filter) };
      const requested = await actingFor(database, request, (acting) =>
        requestSweep(acting, asked, { fresh: fresh === true }),
      );
      if (requested.state !== "completed") await queues.enqueue(runSweep, [{ sweepId: requested.sweepId }]);
      return reply.status(202).header("location", `/v1/sweeps/${requested.sweepId}`).send(requested);
    },
  });
  server.get("/v1/sweeps/:sweepId", {
    config: { access: "read" },
    schema: {
      operationId: "getSweep",
      summary: "One sweep without its points",
      tags: ["sweeps"],
      params,
      response: { 200: Sweep },
    },
    handler: async (request) => sweepAnswer(await readSweepRow(database.pool, request.params.sweepId)),
  });
  server.post("/v1/sweeps/:sweepId/cancel", {
    config: { access: "score" },
    schema: {
      operationId: "cancelSweep",
      summary: "Stop a sweep; one that has ended stays as it is",
      tags: ["sweeps"],
      params,
      response: { 200: Sweep },
    },
    handler: async (request) => {
      await cancelSweep(database, request.params.sweepId);
      return sweepAnswer(await readSweepRow(database.pool, request.params.sweepId));
    },
  });
}

function gridOf({ pLow, entropyMax, areaMax, alpha }: z.output<typeof NewSweep>["grid"]) {
  return {
    pLow: parseGridAxis("p_low", pLow),
    entropyMax: parseGridAxis("entropy_max", entropyMax),
    areaMax: parseGridAxis("area_max", areaMax),
    alpha: parseGridAxis("alpha", alpha),
  };
}

/** The conditions that were given, times as times. */
function filterOf(filter: z.output<typeof NewSweep>["filter"] = {}) {
  const { bodyParts, splits, hardware, importedFrom, importedBefore, runId } = filter;
  return {
    ...(bodyParts === undefined ? {} : { bodyParts }),
    ...(splits === undefined ? {} : { splits }),
    ...(hardware === undefined ? {} : { hardware }),
    ...(importedFrom === undefined ? {} : { importedFrom: new Date(importedFrom) }),
    ...(importedBefore === undefined ? {} : { importedBefore: new Date(importedBefore) }),
    ...(runId === undefined ? {} : { runId }),
  };
}

function sweepAnswer(stored: StoredSweep): z.input<typeof Sweep> {
  const { scope, grid } = stored;
  return {
    sweepId: stored.sweepId,
    dataset: scope.dataset,
    model: scope.model,
    level: stored.level,
    studyRule: stored.studyRule,
    labelSource: stored.labelSource,
    calibrator: stored.calibrator,
    state: stored.state,
    configs: configCount(grid),
    source: stored.source,
    positives: stored.positives,
    negatives: stored.negatives,
    unlabelled: stored.unlabelled,
    rocAuc: stored.rocAuc,
    elapsedMs: stored.elapsedMs,
    errorCode: stored.errorCode,
    createdAt: stored.createdAt,
    finishedAt: stored.finishedAt,
  };
}
