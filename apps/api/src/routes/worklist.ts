import { HairlineError } from "@hairline/core/errors";
import { resolveListing } from "@hairline/core/listing";
import { DECIDING_THRESHOLDS } from "@hairline/core/triage";
import { readWorklist } from "@hairline/core/worklist";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { askedPolicy } from "../http/asked-policy.ts";
import { listOf, Name } from "../schemas/page.ts";
import { AppliedPolicy, OutcomeName, READING_QUERY } from "../schemas/triage.ts";
import type { ApiServices } from "../services.ts";

/** 200 picks of 800 embeddings take 0.1 s, in which the event loop serves nobody else. */
const MOST = 200;

const Study = z
  .object({
    studyId: z.int(),
    studyKey: z.string().describe("May name a patient."),
    bodyPart: z.string().nullable(),
    split: z.string().nullable(),
    views: z.int(),
    probability: z.number().describe("The highest of its views'."),
    outcome: OutcomeName,
    threshold: z.enum(DECIDING_THRESHOLDS).describe("The one its outcome hangs on."),
    distance: z.number().describe("From that threshold, as a share of the room on that side."),
  })
  .meta({ id: "WorklistStudy" });

const Worklist = z
  .object({
    dataset: z.string(),
    model: z.string(),
    policy: AppliedPolicy,
    items: z.array(Study).describe("The most useful first."),
    waiting: z.int().describe("Studies without a label and a verdict."),
    waitingInconclusive: z.int(),
    diversity: z.enum(["embedding", "body-part"]).describe("How alike studies are kept apart."),
    lookedAt: z.int().describe("Studies the items were picked from."),
    embedded: z.int().describe("Of them with an embedding."),
  })
  .meta({ id: "Worklist" });

/** What a reviewer should label next. */
export function registerWorklist(server: ApiServer, { database }: ApiServices): void {
  server.get("/v1/worklist", {
    config: { access: "read" },
    schema: {
      operationId: "getWorklist",
      summary:
        "Studies whose label would help most: inconclusive first, then near a threshold, unlike each other",
      tags: ["studies"],
      querystring: z.object({
        ...READING_QUERY,
        dataset: Name,
        bodyPart: listOf(z.string().min(1).max(200)).optional(),
        split: listOf(z.string().min(1).max(200)).optional(),
        limit: z.coerce.number<string>().int().min(1).max(MOST).default(50),
      }),
      response: { 200: Worklist },
    },
    handler: async ({ query: { dataset, model, policy, bodyPart, split, limit } }) => {
      const asked = await askedPolicy(database, await resolveListing(database, { dataset, model }), policy);
      if (asked === undefined) {
        throw new HairlineError("POLICY_NOT_FOUND", `No policy is in force for ${dataset}.`, {
          field: "policy",
          remedy: "Name a policy, or put one in force.",
        });
      }
      const filter = {
        ...(bodyPart === undefined ? {} : { bodyParts: bodyPart }),
        ...(split === undefined ? {} : { splits: split }),
      };
      const { scope, studies, ...worklist } = await readWorklist({
        database,
        dataset,
        model,
        filter,
        policy: asked.policy,
        limit,
      });
      return {
        ...worklist,
        dataset: scope.dataset,
        model: scope.model,
        policy: asked.applied,
        items: [...studies],
      };
    },
  });
}
