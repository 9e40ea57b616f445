import { verdictSentence } from "@hairline/core/drift";
import { listDriftChecks, type CheckedWindow, type DriftCheck } from "@hairline/core/drift-checks";
import { describeSelection } from "@hairline/core/policies";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { decodeCursor, pageFrom } from "../http/cursor.ts";
import { DriftCheckPage, type DriftCheckAnswer } from "../schemas/drift.ts";
import { Name, PAGE_QUERY } from "../schemas/page.ts";
import type { ApiServices } from "../services.ts";

const Cursor = z.tuple([z.int()]);

/** Whether what is scored is still like what was certified. */
export function registerDriftChecks(server: ApiServer, { database }: ApiServices): void {
  server.get("/v1/drift-checks", {
    config: { access: "read" },
    schema: {
      operationId: "listDriftChecks",
      summary: "Drift checks made by `hairline drift`, the latest first",
      tags: ["policies"],
      querystring: z.object({
        ...PAGE_QUERY,
        dataset: Name.optional().describe("Of the current window."),
        alarm: z.enum(["true", "false"]).optional(),
      }),
      response: { 200: DriftCheckPage },
    },
    handler: async ({ query: { cursor, limit, dataset, alarm } }) => {
      const checks = await listDriftChecks(database, {
        dataset,
        alarm: alarm === undefined ? undefined : alarm === "true",
        beforeId: decodeCursor(Cursor, cursor)?.[0],
        limit: limit + 1,
      });
      return pageFrom(checks.map(answer), limit, ({ id }) => [id]);
    },
  });
}

function answer(check: DriftCheck): z.input<typeof DriftCheckAnswer> {
  const window = ({ dataset, filter, images, fingerprint }: CheckedWindow) => ({
    dataset,
    selection: describeSelection({ dataset, filter }),
    images,
    fingerprint,
  });
  return {
    ...check,
    reference: window(check.reference),
    current: window(check.current),
    rule: { ...check.rule, thresholds: { ...check.rule.thresholds } },
    measures: check.measures.map((measure) => ({ ...measure, sentence: verdictSentence(measure) })),
    expired: [...check.expired],
  };
}
