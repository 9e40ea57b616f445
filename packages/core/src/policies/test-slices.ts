import type pg from "pg";
import {
  certifyPolicies,
  checkClaims,
  type Claim,
  type LabelledOutcomes,
  type Procedure,
  type TestedPolicy,
} from "../certificates/index.ts";
import { loadSql, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { filterParams, type ImageFilter, type ReadingScope } from "../readings/scope.ts";
import { openSnapshot } from "../readings/snapshot.ts";
import type { Policy } from "../triage/index.ts";
import { readLabelledOutcomes, readPatients, unitsOf, type Sampling } from "./certification-outcomes.ts";
import { readFingerprint } from "./fingerprint.ts";
import type { Level } from "./policy-store.ts";

/** What policies are tested on, and for what. */
export interface CertificationPlan {
  readonly scope: ReadingScope;
  readonly filter: ImageFilter | undefined;
  readonly level: Level;
  readonly sampling: Sampling;
  readonly claims: readonly Claim[];
  /** In (0, 1): that every certified policy keeps all claims, all slices together. */
  readonly confidence: number;
  readonly procedure: Procedure;
  /** A certificate for each body part beside the pooled one. */
  readonly perBodyPart: boolean;
  /** p_low on the raw scale; in testing order. */
  readonly policies: readonly Policy[];
}

/** All images of a plan, or those of one body part, with every policy tested on them. */
export interface TestedSlice {
  /** Null for the pooled slice. */
  readonly bodyPart: string | null;
  /** This slice's share of 1 - confidence. */
  readonly delta: number;
  /** Labelled images, or studies, and the fractures among them. */
  readonly units: number;
  readonly positives: number;
  readonly patients: number;
  readonly patientsUnknown: boolean;
  /** shape [policies] */
  readonly outcomes: readonly LabelledOutcomes[];
  /** shape [policies] */
  readonly tested: readonly TestedPolicy[];
}

export interface TestedSlices {
  /** Pooled first, then body parts by name. */
  readonly slices: readonly TestedSlice[];
  readonly fingerprint: string;
}

/**
 * Tests policies on all images of a plan and, when asked, on those of each body part. Of 1 - confidence the pooled
 * slice gets half and the body parts share the other half, so that all certificates hold together.
 *
 * @throws HairlineError BAD_ARGUMENT for the claims or the confidence; FACTS_MISSING
 */
export async function testSlices(database: Database, plan: CertificationPlan): Promise<TestedSlices> {
  checkClaims(plan.claims);
  if (!(plan.confidence > 0 && plan.confidence < 1)) {
    throw new HairlineError("BAD_ARGUMENT", `The confidence ${plan.confidence} is not between 0 and 1.`, {
      field: "confidence",
    });
  }
  await using snapshot = await openSnapshot(database);
  const { client } = snapshot;
  const parts = plan.perBodyPart ? await readBodyParts(client, plan) : [];
  const delta = 1 - plan.confidence;
  const pooledDelta = parts.length === 0 ? delta : delta / 2;
  const slices = [await testSlice(client, plan, { bodyPart: null, delta: pooledDelta })];
  for (const bodyPart of parts) {
    slices.push(await testSlice(client, plan, { bodyPart, delta: delta / 2 / parts.length }));
  }
  return { slices, fingerprint: await readFingerprint(client, plan.scope, plan.filter) };
}

async function readBodyParts(client: pg.PoolClient, plan: CertificationPlan): Promise<string[]> {
  const { scope, filter, level } = plan;
  const { rows } = await client.query<{ body_part: string }>(loadSql("labelled-body-parts"), [
    scope.datasetId,
    scope.modelId,
    level,
    ...filterParams(filter),
  ]);
  return rows.map((row) => row.body_part);
}

async function testSlice(
  client: pg.PoolClient,
  plan: CertificationPlan,
  { bodyPart, delta }: { bodyPart: string | null; delta: number },
): Promise<TestedSlice> {
  const filter = bodyPart === null ? plan.filter : { ...plan.filter, bodyParts: [bodyPart] };
  const outcomes = await readLabelledOutcomes(client, { ...plan, filter });
  const [first] = outcomes;
  return {
    bodyPart,
    delta,
    units: first === undefined ? 0 : unitsOf(first),
    positives: first?.positives ?? 0,
    ...(await readPatients(client, { ...plan, filter })),
    outcomes,
    tested: certifyPolicies(outcomes, { claims: plan.claims, delta, procedure: plan.procedure }),
  };
}
