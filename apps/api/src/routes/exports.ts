import { calibratorFunction } from "@hairline/core/calibration";
import { HairlineError } from "@hairline/core/errors";
import { exportFacts, exportOutcomes, exportStudies, type Export } from "@hairline/core/exports";
import { resolveListing } from "@hairline/core/listing";
import { calibratorOf } from "@hairline/core/policies";
import type { ReadingRequest } from "@hairline/core/readings";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { askedPolicy, type AskedPolicy } from "../http/asked-policy.ts";
import { csvStream, parquetStream } from "../http/export-stream.ts";
import { Bytes, Name } from "../schemas/page.ts";
import { FILTER_QUERY } from "../schemas/study.ts";
import { READING_QUERY } from "../schemas/triage.ts";
import type { ApiServices } from "../services.ts";

/** Each holds a connection of the pool while it is read. */
const MAX_EXPORTS = 3;

const Query = z.object({
  ...READING_QUERY,
  bodyPart: FILTER_QUERY.bodyPart,
  split: FILTER_QUERY.split,
  format: z.enum(["csv", "parquet"]).default("csv"),
});

/** Whole tables as files. */
export function registerExports(server: ApiServer, { database }: ApiServices): void {
  let running = 0;
  server.get("/v1/datasets/:dataset/exports/:table", {
    config: { access: "read" },
    schema: {
      operationId: "exportTable",
      summary: "Facts, outcomes or studies of a dataset as CSV or Parquet, streamed",
      tags: ["datasets"],
      params: z.object({ dataset: Name, table: z.enum(["facts", "outcomes", "studies"]) }),
      querystring: Query,
      response: {
        200: {
          description: "The table; columns as in docs/DATA-DICTIONARY.md",
          content: {
            "text/csv": { schema: Bytes },
            "application/vnd.apache.parquet": { schema: Bytes },
          },
        },
      },
    },
    handler: async ({ params, query }, reply) => {
      const { dataset, table } = params;
      const asked = table === "facts" ? undefined : await requiredPolicy(dataset, query);
      const request: ReadingRequest = {
        database,
        dataset,
        model: query.model,
        filter: {
          ...(query.bodyPart === undefined ? {} : { bodyParts: query.bodyPart }),
          ...(query.split === undefined ? {} : { splits: query.split }),
        },
      };
      const exported =
        asked === undefined ? await exportFacts(request) : await openReading(table, request, asked);
      if (running >= MAX_EXPORTS) {
        throw new HairlineError("RATE_LIMITED", "Too many exports are under way.", {
          remedy: "Ask again later.",
        });
      }
      running += 1;
      const done = (): void => void (running -= 1);
      void reply.header("content-disposition", `attachment; filename="${dataset}-${table}.${query.format}"`);
      if (query.format === "csv")
        return reply.type("text/csv; charset=utf-8").send(await csvStream(exported, done));
      const file = await parquetStream(exported, { dataset, done });
      return reply.type("application/vnd.apache.parquet").send(file);
    },
  });

  async function requiredPolicy(dataset: string, query: z.output<typeof Query>): Promise<AskedPolicy> {
    const scope = await resolveListing(database, { dataset, model: query.model });
    const asked = await askedPolicy(database, scope, query.policy);
    if (asked !== undefined) return asked;
    throw new HairlineError("POLICY_NOT_FOUND", `No policy is in force for ${dataset}.`, {
      field: "policy",
      remedy: "Name a policy or give thresholds.",
    });
  }

  async function openReading(table: string, request: ReadingRequest, asked: AskedPolicy): Promise<Export> {
    const reading = { ...request, policy: asked.policy };
    if (table === "studies") return exportStudies(reading);
    const fitted = asked.stored === undefined ? undefined : await calibratorOf(database, asked.stored);
    const calibrate = fitted === undefined ? undefined : calibratorFunction(fitted.calibrator);
    return exportOutcomes({ ...reading, calibrate });
  }
}
