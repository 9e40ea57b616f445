import { HairlineError } from "@hairline/core/errors";
import { listCertificates, revokeCertificate } from "@hairline/core/policies";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { actingFor } from "../http/acting.ts";
import { principalOf } from "../plugins/access.ts";
import { Instant, RowId } from "../schemas/page.ts";
import type { ApiServices } from "../services.ts";

const Numbers = z.record(z.string(), z.unknown());

const Certificate = z
  .object({
    id: z.int(),
    policy: z.string(),
    version: z.int(),
    model: z.string(),
    dataset: z.string(),
    bodyPart: z.string().nullable().describe("Null: all images of the selection."),
    splits: z.array(z.string()).nullable(),
    bodyParts: z.array(z.string()).nullable(),
    result: z.enum(["certified", "refused"]),
    claims: z.array(Numbers),
    confidence: z.number(),
    delta: z.number(),
    method: z.string(),
    candidates: z.int(),
    sampling: z.string(),
    units: z.int(),
    positives: z.int(),
    patients: z.int(),
    patientsUnknown: z.boolean(),
    earlierTests: z.int().describe("Each more try on the same images weakens the promise."),
    needed: z.array(Numbers),
    fingerprint: z.string(),
    author: z.string().nullable(),
    createdAt: Instant,
    revokedAt: Instant.nullable(),
    revokedBy: z.string().nullable(),
    revokedNote: z.string().nullable(),
    expiredAt: Instant.nullable().describe("When a drift alarm ended it."),
    expiredReason: z.string().nullable(),
  })
  .meta({ id: "Certificate" });

/** What was promised of policies, and what was refused. */
export function registerCertificates(server: ApiServer, { database }: ApiServices): void {
  server.get("/v1/certificates", {
    config: { access: "read" },
    schema: {
      operationId: "listCertificates",
      summary: "Certificates asked for, the latest first, refused, revoked and expired ones included",
      tags: ["policies"],
      querystring: z.object({
        policy: z.string().max(100).optional().describe("Name of a policy."),
        dataset: z.string().max(100).optional(),
      }),
      response: { 200: z.object({ items: z.array(Certificate) }) },
    },
    handler: async ({ query }) => ({ items: (await listCertificates(database, query)).map(answer) }),
  });
  server.post("/v1/certificates/:certificate/revoke", {
    config: { access: "admin" },
    schema: {
      operationId: "revokeCertificate",
      summary: "Mark a certificate as no longer to be relied on",
      tags: ["policies"],
      params: z.object({ certificate: RowId }),
      body: z.strictObject({ note: z.string().min(1).max(4000) }),
      response: { 200: Certificate },
    },
    handler: async (request) => {
      const id = request.params.certificate;
      const known = (await listCertificates(database)).some((certificate) => certificate.id === id);
      if (!known)
        throw new HairlineError("CERTIFICATE_NOT_FOUND", `There is no certificate ${id}.`, {
          field: "certificate",
        });
      return answer(
        await actingFor(database, request, (acting) =>
          revokeCertificate(acting, id, { by: principalOf(request).actor, note: request.body.note }),
        ),
      );
    },
  });
}

type Stored = Awaited<ReturnType<typeof listCertificates>>[number];

function answer(stored: Stored): z.input<typeof Certificate> {
  const { claims, needed, splits, bodyParts } = stored;
  return {
    ...stored,
    splits: splits === null ? null : [...splits],
    bodyParts: bodyParts === null ? null : [...bodyParts],
    claims: claims.map((claim) => ({ ...claim })),
    needed: needed.map((labels) => ({ ...labels })),
  };
}
