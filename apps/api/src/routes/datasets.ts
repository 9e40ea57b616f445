import { listDatasets, type DatasetSummary } from "@hairline/core/ingest";
import { HairlineError } from "@hairline/core/errors";
import { resolveListing } from "@hairline/core/listing";
import { triageDataset } from "@hairline/core/readings";
import { countQuarantine, readDatasetLedger } from "@hairline/core/runs";
import type { TriageMetrics } from "@hairline/core/triage";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { askedPolicy } from "../http/asked-policy.ts";
import { Dataset, DatasetAnswer, TriageAnswer } from "../schemas/dataset.ts";
import { Name } from "../schemas/page.ts";
import { READING_QUERY } from "../schemas/triage.ts";
import type { ApiServices } from "../services.ts";

/** Imported archives. */
export function registerDatasets(server: ApiServer, { database }: ApiServices): void {
  server.get("/v1/datasets", {
    config: { access: "read" },
    schema: {
      operationId: "listDatasets",
      summary: "Every dataset by name",
      tags: ["datasets"],
      response: { 200: z.object({ items: z.array(Dataset) }) },
    },
    handler: async () => ({ items: await listDatasets(database) }),
  });
  server.get("/v1/datasets/:dataset", {
    config: { access: "read" },
    schema: {
      operationId: "getDataset",
      summary: "One dataset, with the ledger of a model",
      tags: ["datasets"],
      params: z.object({ dataset: Name }),
      querystring: z.object({ model: READING_QUERY.model }),
      response: { 200: DatasetAnswer },
    },
    handler: async ({ params, query }) => {
      const { datasetId, reading } = await resolveListing(database, { ...params, model: query.model });
      const dataset = await summaryOf(params.dataset);
      if (reading === null) return { ...dataset, model: null, ledger: null, quarantine: [] };
      const scope = { datasetId, modelId: reading.modelId };
      const ledger = await readDatasetLedger(database, scope);
      return { ...dataset, model: reading.model, ledger, quarantine: await countQuarantine(database, scope) };
    },
  });
  server.get("/v1/datasets/:dataset/triage", {
    config: { access: "read" },
    schema: {
      operationId: "getTriage",
      summary: "Outcomes of a dataset under a policy, counted overall and by body part",
      tags: ["datasets"],
      params: z.object({ dataset: Name }),
      querystring: z.object(READING_QUERY),
      response: { 200: TriageAnswer },
    },
    handler: async ({ params, query }) => {
      const scope = await resolveListing(database, { ...params, model: query.model });
      const asked = await askedPolicy(database, scope, query.policy);
      if (asked === undefined) {
        throw new HairlineError("POLICY_NOT_FOUND", `No policy is in force for ${params.dataset}.`, {
          field: "policy",
          remedy: "Name a policy or give thresholds.",
        });
      }
      const { overall, bodyParts } = await triageDataset({
        database,
        dataset: params.dataset,
        model: query.model,
        policy: asked.policy,
      });
      return {
        model: scope.reading?.model ?? null,
        policy: asked.applied,
        overall: { ...overall, metrics: byName(overall.metrics) },
        bodyParts: bodyParts.map((part) => ({ ...part, metrics: byName(part.metrics) })),
      };
    },
  });

  async function summaryOf(name: string): Promise<DatasetSummary> {
    const found = (await listDatasets(database)).find((dataset) => dataset.name === name);
    if (found !== undefined) return found;
    throw new HairlineError("DATASET_NOT_FOUND", `No dataset is named ${name}.`, { field: "dataset" });
  }
}

/** Metrics by name: the answer's schema names none, so that a new one needs no change here. */
function byName(metrics: TriageMetrics): Record<string, number | null> {
  return { ...metrics };
}
