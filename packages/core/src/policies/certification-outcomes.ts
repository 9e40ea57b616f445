import type pg from "pg";
import type { LabelledOutcomes } from "../certificates/index.ts";
import { loadSql } from "../db/index.ts";
import { areaColumn } from "../readings/alpha-source.ts";
import { filterParams, type ImageFilter, type ReadingScope } from "../readings/scope.ts";
import { requireAlpha } from "../readings/triage-policy-params.ts";
import { countOf, type Outcome, type Policy } from "../triage/index.ts";
import type { Level } from "./policy-store.ts";

/**
 * `one-per-patient`: one image (or study) stands for each patient, so that units are independent, as the exact bounds
 * ask. `all`: every one, as if those of a patient were independent; the bounds are then too good.
 */
export const SAMPLINGS = ["one-per-patient", "all"] as const;
export type Sampling = (typeof SAMPLINGS)[number];

export interface OutcomesQuery {
  readonly scope: ReadingScope;
  readonly filter: ImageFilter | undefined;
  readonly level: Level;
  readonly sampling: Sampling;
  /** p_low on the raw scale. */
  readonly policies: readonly Policy[];
}

interface OutcomeRow {
  readonly position: number;
  readonly outcome: Outcome;
  readonly label: 0 | 1;
  readonly units: number;
}

function float32(value: number | null): number | null {
  return value === null ? null : Math.fround(value);
}

/**
 * Outcomes of the labelled images, or studies, under each policy: O(images x policies), for the few policies put to a
 * test. Counts are all 0 when nothing is labelled.
 *
 * @returns shape [policies]
 * @throws HairlineError FACTS_MISSING when the model has no area at a policy's alpha
 */
export async function readLabelledOutcomes(
  client: pg.ClientBase | pg.Pool,
  query: OutcomesQuery,
): Promise<LabelledOutcomes[]> {
  const { scope, filter, level, sampling, policies } = query;
  for (const policy of policies) await requireAlpha(client, scope, policy);
  const { rows } = await client.query<OutcomeRow>(loadSql("certify-outcomes"), [
    scope.datasetId,
    scope.modelId,
    policies.map(({ pLow }) => Math.fround(pLow)),
    policies.map(({ entropyMax }) => float32(entropyMax)),
    policies.map(({ areaMax }) => float32(areaMax)),
    policies.map(({ alpha }) => areaColumn(scope.alphas, alpha)),
    policies.map(({ alpha }) => alpha),
    level,
    sampling === "one-per-patient",
    ...filterParams(filter),
  ]);
  const outcomes = policies.map(() => ({ tp: 0, fp: 0, tn: 0, fn: 0, inconclusive: 0, positives: 0 }));
  for (const { position, outcome, label, units } of rows) {
    const counts = outcomes[position - 1];
    if (counts === undefined) continue;
    counts[countOf(outcome, label)] += units;
    if (label === 1) counts.positives += units;
  }
  return outcomes;
}

/** Labelled images, or studies, that a set of outcomes is of. */
export function unitsOf({ tp, fp, tn, fn, inconclusive }: LabelledOutcomes): number {
  return tp + fp + tn + fn + inconclusive;
}

/** How many patients the labelled images, or studies, of a selection come from. */
export async function readPatients(
  client: pg.ClientBase | pg.Pool,
  { scope, filter, level }: Omit<OutcomesQuery, "policies" | "sampling">,
): Promise<{ patients: number; patientsUnknown: boolean }> {
  const { rows } = await client.query<{ patients: number; patients_unknown: boolean }>(
    loadSql("certify-patients"),
    [scope.datasetId, scope.modelId, level, ...filterParams(filter)],
  );
  return { patients: rows[0]?.patients ?? 0, patientsUnknown: rows[0]?.patients_unknown ?? false };
}
