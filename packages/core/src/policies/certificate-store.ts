import type pg from "pg";
import type { LabelsNeeded, Procedure, TestedClaim } from "../certificates/index.ts";
import type { Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import type { Sampling } from "./certification-outcomes.ts";
import type { StoredFilter } from "./selection.ts";

/** The test of a policy on images that did not choose it. */
export interface NewCertificate extends StoredFilter {
  readonly policyId: number;
  readonly modelId: number;
  readonly dataset: string;
  /** The body part it is for; null for all images of the selection. */
  readonly bodyPart: string | null;
  readonly result: "certified" | "refused";
  readonly claims: readonly TestedClaim[];
  readonly confidence: number;
  /** This certificate's share of 1 - confidence. */
  readonly delta: number;
  readonly method: Procedure;
  /** Policies that were to be tested in the same sequence. */
  readonly candidates: number;
  readonly sampling: Sampling;
  /** Labelled images, or studies, tested on, and the fractures among them. */
  readonly units: number;
  readonly positives: number;
  readonly patients: number;
  readonly patientsUnknown: boolean;
  /** Empty when certified. */
  readonly needed: readonly LabelsNeeded[];
  readonly fingerprint: string;
  readonly author: string | null;
}

/** A stored certificate; never changed, but it can be revoked, and a drift alarm can end it. */
export interface Certificate extends NewCertificate {
  readonly id: number;
  readonly policy: string;
  readonly version: number;
  readonly model: string;
  /** Certificates asked for on the same images before it: each more try weakens the promise. */
  readonly earlierTests: number;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
  readonly revokedBy: string | null;
  readonly revokedNote: string | null;
  /** When a drift alarm ended it. */
  readonly expiredAt: Date | null;
  readonly expiredReason: string | null;
}

const SELECT = `
  select certificate.id, policy_id as "policyId", policy.name as policy, policy.version, certificate.model_id as "modelId",
         model.name as model, dataset, splits, body_parts as "bodyParts", conditions, body_part as "bodyPart", result, claims,
         confidence, delta, method, candidates, sampling, units, positives, patients,
         patients_unknown as "patientsUnknown", earlier_tests as "earlierTests", needed, fingerprint,
         certificate.author, certificate.created_at as "createdAt", revoked_at as "revokedAt",
         revoked_by as "revokedBy", revoked_note as "revokedNote", certificate_expiry.created_at as "expiredAt",
         certificate_expiry.reason as "expiredReason"
  from certificate
  join policy on policy.id = policy_id
  join model on model.id = certificate.model_id
  left join certificate_expiry on certificate_expiry.certificate_id = certificate.id`;

const INSERT = `
  insert into certificate (policy_id, model_id, dataset, splits, body_parts, body_part, result, claims, confidence,
                           delta, method, candidates, sampling, units, positives, patients, patients_unknown, needed,
                           fingerprint, author, conditions, earlier_tests)
  select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, count(*)
  from certificate
  where model_id = $2 and dataset = $3 and splits is not distinct from $4 and body_parts is not distinct from $5
    and body_part is not distinct from $6 and conditions = $21::jsonb
  returning id`;

/** Stores a certificate within a transaction. */
export async function insertCertificate(client: pg.PoolClient, given: NewCertificate): Promise<Certificate> {
  const { rows } = await client.query<{ id: number }>(INSERT, [
    given.policyId,
    given.modelId,
    given.dataset,
    given.splits,
    given.bodyParts,
    given.bodyPart,
    given.result,
    JSON.stringify(given.claims),
    given.confidence,
    given.delta,
    given.method,
    given.candidates,
    given.sampling,
    given.units,
    given.positives,
    given.patients,
    given.patientsUnknown,
    JSON.stringify(given.needed),
    given.fingerprint,
    given.author,
    JSON.stringify(given.conditions ?? {}),
  ]);
  return onlyCertificate(
    await client.query<Certificate>(`${SELECT} where certificate.id = $1`, [rows[0]?.id]),
  );
}

function onlyCertificate({ rows }: { rows: readonly Certificate[] }): Certificate {
  const [found] = rows;
  if (found !== undefined) return found;
  throw new HairlineError("INTERNAL", "The certificate was not stored.");
}

export interface CertificateQuery {
  /** Name of a policy; all when left out. */
  readonly policy?: string | undefined;
  readonly dataset?: string | undefined;
}

/** Certificates asked for, the latest first, refused and revoked ones included. */
export async function listCertificates(
  database: Database,
  { policy, dataset }: CertificateQuery = {},
): Promise<Certificate[]> {
  const { rows } = await database.pool.query<Certificate>(
    `${SELECT} where ($1::text is null or policy.name = $1) and ($2::text is null or dataset = $2)
     order by certificate.id desc`,
    [policy ?? null, dataset ?? null],
  );
  return rows;
}

/**
 * Marks a certificate as no longer to be relied on.
 *
 * @throws HairlineError BAD_ARGUMENT when there is none of that id, or it is revoked already
 */
export async function revokeCertificate(
  database: Database,
  id: number,
  { by, note }: { by: string | null; note: string | null },
): Promise<Certificate> {
  const { rowCount } = await database.pool.query(
    `update certificate set revoked_at = now(), revoked_by = $2, revoked_note = $3
     where id = $1 and revoked_at is null`,
    [id, by, note],
  );
  if (rowCount !== 1) {
    throw new HairlineError("BAD_ARGUMENT", `No certificate ${id} is in force.`, {
      field: "certificate",
      remedy: "See `hairline policy certificates`.",
    });
  }
  return onlyCertificate(await database.pool.query<Certificate>(`${SELECT} where certificate.id = $1`, [id]));
}
