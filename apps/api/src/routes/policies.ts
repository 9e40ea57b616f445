import type { Database } from "@hairline/core/db";
import {
  activatePolicy,
  createPolicy,
  findCalibrator,
  findPolicy,
  listPolicies,
  policyHistory,
  retirePolicy,
  type ActivationChange,
  type StoredPolicy,
} from "@hairline/core/policies";
import { resolveListing } from "@hairline/core/listing";
import { getModel } from "@hairline/model/registry";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { actingFor } from "../http/acting.ts";
import { principalOf } from "../plugins/access.ts";
import { Activation, NewPolicy, Place, Policy, PolicyReference } from "../schemas/policy.ts";
import type { ApiServices } from "../services.ts";

const History = z.object({ items: z.array(Activation) });
const params = z.object({ policy: PolicyReference });

/** Policies, and where they are in force. */
export function registerPolicies(server: ApiServer, { database }: ApiServices): void {
  server.get("/v1/policies", {
    config: { access: "read" },
    schema: {
      operationId: "listPolicies",
      summary: "Every policy by name, the latest version first",
      tags: ["policies"],
      response: { 200: z.object({ items: z.array(Policy) }) },
    },
    handler: async () => ({ items: (await listPolicies(database)).map(policyAnswer) }),
  });
  server.get("/v1/policies/:policy", {
    config: { access: "read" },
    schema: {
      operationId: "getPolicy",
      summary: "One policy, by name or name@version",
      tags: ["policies"],
      params,
      response: { 200: Policy },
    },
    handler: async (request) => policyAnswer(await findPolicy(database, request.params.policy)),
  });
  server.post("/v1/policies", {
    config: { access: "admin", idempotent: true },
    schema: {
      operationId: "createPolicy",
      summary: "Store thresholds as the next version of a name",
      tags: ["policies"],
      body: NewPolicy,
      response: { 201: Policy },
    },
    handler: async (request, reply) => {
      const { name, level, thresholds, calibrator, note } = request.body;
      const fitted = calibrator === undefined ? undefined : await findCalibrator(database, calibrator);
      const stored = await actingFor(database, request, (acting) =>
        createPolicy(acting, {
          name,
          level,
          thresholds,
          pLowScale: fitted === undefined ? "raw" : "calibrated",
          calibrator: fitted,
          author: principalOf(request).actor,
          note,
        }),
      );
      return reply
        .status(201)
        .header("location", `/v1/policies/${stored.name}@${stored.version}`)
        .send(policyAnswer(stored));
    },
  });
  for (const [step, summary, change] of [
    ["activate", "Put a policy in force, in the place of the one that was", activatePolicy],
    ["retire", "Take a policy out of force", retirePolicy],
  ] as const) {
    server.post(`/v1/policies/:policy/${step}`, {
      config: { access: "admin" },
      schema: {
        operationId: `${step}Policy`,
        summary,
        tags: ["policies"],
        params,
        body: Place,
        response: { 200: History },
      },
      handler: async (request) => {
        const policy = await findPolicy(database, request.params.policy);
        const place = await placeOf(request, request.body);
        await actingFor(database, request, (acting: Database) => change(acting, policy, place));
        return { items: await policyHistory(database, policy.name) };
      },
    });
  }
  server.get("/v1/activations", {
    config: { access: "read" },
    schema: {
      operationId: "listActivations",
      summary: "Every time a policy was in force, the latest first",
      tags: ["policies"],
      querystring: z.object({ policy: z.string().max(100).optional().describe("Name of a policy.") }),
      response: { 200: History },
    },
    handler: async ({ query }) => ({ items: await policyHistory(database, query.policy) }),
  });

  async function placeOf(request: FastifyRequest, asked: z.output<typeof Place>): Promise<ActivationChange> {
    const { id: modelId } = await getModel(database, asked.model);
    if (asked.dataset !== undefined)
      await resolveListing(database, { dataset: asked.dataset, model: asked.model });
    const { actor } = principalOf(request);
    return { modelId, dataset: asked.dataset ?? null, by: actor, note: asked.note ?? null };
  }
}

function policyAnswer(stored: StoredPolicy): z.input<typeof Policy> {
  const { id: _id, calibratorId: _calibratorId, policy: _raw, tuning, ...shown } = stored;
  return { ...shown, tuning: tuning === null ? null : { ...tuning } };
}
