import { HairlineError } from "@hairline/core/errors";
import { findPolicy } from "@hairline/core/policies";
import { addVerdict, listVerdicts } from "@hairline/core/reviews";
import { getModel } from "@hairline/model/registry";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { actingFor } from "../http/acting.ts";
import { decodeCursor, pageFrom } from "../http/cursor.ts";
import { principalOf } from "../plugins/access.ts";
import { Name, PAGE_QUERY, RowId } from "../schemas/page.ts";
import { NewVerdict, Verdict, VerdictPage } from "../schemas/study.ts";
import type { ApiServices } from "../services.ts";

const Cursor = z.tuple([z.int()]);

/** Verdicts of reviewers; given once, never changed. */
export function registerVerdicts(server: ApiServer, { database }: ApiServices): void {
  server.get("/v1/verdicts", {
    config: { access: "read" },
    schema: {
      operationId: "listVerdicts",
      summary: "Verdicts in the order they were given",
      tags: ["studies"],
      querystring: z.object({
        ...PAGE_QUERY,
        dataset: Name.optional(),
        study: RowId.optional(),
        reviewer: z.string().max(200).optional(),
      }),
      response: { 200: VerdictPage },
    },
    handler: async ({ query }) => {
      const rows = await listVerdicts(database, {
        dataset: query.dataset,
        studyId: query.study,
        reviewer: query.reviewer,
        afterId: decodeCursor(Cursor, query.cursor)?.[0],
        limit: query.limit + 1,
      });
      return pageFrom(rows, query.limit, ({ id }) => [id]);
    },
  });
  server.post("/v1/studies/:studyId/verdicts", {
    config: { access: "review", idempotent: true },
    schema: {
      operationId: "createVerdict",
      summary: "Give a verdict on a study; the reviewer is the caller",
      tags: ["studies"],
      params: z.object({ studyId: RowId }),
      body: NewVerdict,
      response: { 201: Verdict },
    },
    handler: async (request, reply) => {
      const { verdict, note, seen } = request.body;
      const reading = seen === undefined ? undefined : await resolveSeen(seen);
      const stored = await actingFor(database, request, (acting) =>
        addVerdict(acting, {
          studyId: request.params.studyId,
          verdict,
          note,
          reviewer: principalOf(request).actor.slice(0, 200),
          seen: reading,
        }),
      );
      return reply.status(201).send(stored);
    },
  });

  async function resolveSeen(seen: NonNullable<z.output<typeof NewVerdict>["seen"]>) {
    const [model, policy] = [await getModel(database, seen.model), await findPolicy(database, seen.policy)];
    if (!seen.policy.includes("@")) {
      throw new HairlineError("BAD_ARGUMENT", "The policy that was seen is named with its version.", {
        field: "seen.policy",
      });
    }
    return { modelId: model.id, policyId: policy.id, outcome: seen.outcome };
  }
}
