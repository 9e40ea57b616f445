import type pg from "pg";
import { loadSql, streamRows } from "../db/index.ts";
import type { Points } from "../drift/index.ts";
import { readEmbedding } from "../facts/index.ts";
import { areaColumn } from "../readings/alpha-source.ts";
import { filterParams, type ImageFilter, type ReadingScope } from "../readings/scope.ts";
import { policyParams } from "../readings/triage-policy-params.ts";
import { outcomeOf, type Outcome, type Policy, type TriageReason } from "../triage/index.ts";
import { GrowingValues } from "./growing-values.ts";

/** The facts whose distributions are compared; null where unknown. */
export const DISTRIBUTIONS = [
  "probability",
  "entropy",
  "area",
  "brightness",
  "contrast",
  "border",
  "sharpness",
  "byte_size",
  "pixels",
] as const;
export type Distribution = (typeof DISTRIBUTIONS)[number];

/** What is compared of a window. */
export interface WindowFacts {
  /** Scored. */
  readonly images: number;
  /** Ascending, unknown ones left out. */
  readonly values: Readonly<Record<Distribution, Float64Array>>;
  readonly degenerate: number;
  /** By name; the unknown body part is "(unknown)". */
  readonly bodyParts: ReadonlyMap<string, number>;
  /** Under the policy; undefined without one. */
  readonly outcomes: Readonly<Record<Outcome, number>> | undefined;
  readonly quarantined: number;
  /** Scored images that are in the other window too. */
  readonly shared: number;
  /** A sample; undefined when no image has one. */
  readonly embeddings: Points | undefined;
}

export interface WindowQuery {
  readonly scope: ReadingScope;
  readonly filter: ImageFilter | undefined;
  /** Of the other window when it is of the same dataset. */
  readonly otherFilter: ImageFilter | undefined;
  readonly otherDatasetId: number;
  readonly policy: Policy | undefined;
  readonly seed: number;
}

interface FactsRow extends pg.QueryResultRow {
  readonly probability: number;
  readonly entropy: number | null;
  readonly area: number | null;
  readonly degenerate: boolean;
  readonly body_part: string | null;
  readonly byte_size: number | null;
  readonly brightness: number | null;
  readonly contrast: number | null;
  readonly border: number | null;
  readonly sharpness: number | null;
  readonly pixels: number | null;
  readonly reason: TriageReason | null;
}

/**
 * Embeddings sampled from each window. The kernel of 2 x 1,000 takes 32 MB, at most 1,999 permutations a few seconds; a test on all
 * rows in linear time would need about a million of them to find as much (docs/adr/0021).
 */
const SAMPLED_EMBEDDINGS = 1000;

/** The alpha whose areas are compared: the policy's, else 0.5, else the model's first; undefined when it has none. */
function comparedAlpha({ alphas }: ReadingScope, policy: Policy | undefined): number | undefined {
  const wanted = [policy?.alpha, 0.5, alphas[0]];
  return wanted.find((alpha) => alpha !== undefined && areaColumn(alphas, alpha) !== null);
}

function factsParams({ scope, filter, policy }: WindowQuery): unknown[] {
  const alpha = comparedAlpha(scope, policy);
  const column = alpha === undefined ? null : areaColumn(scope.alphas, alpha);
  if (policy !== undefined) return [...policyParams(scope, { policy, filter }), column];
  return [scope.datasetId, scope.modelId, null, null, null, null, null, ...filterParams(filter), column];
}

/** Reads a window; the client must be in a transaction. */
export async function readWindow(client: pg.ClientBase, query: WindowQuery): Promise<WindowFacts> {
  const values = Object.fromEntries(DISTRIBUTIONS.map((name) => [name, new GrowingValues()])) as Record<
    Distribution,
    GrowingValues
  >;
  const bodyParts = new Map<string, number>();
  const outcomes = { negative: 0, positive: 0, inconclusive: 0 };
  let images = 0;
  let degenerate = 0;
  const stream = { sql: loadSql("drift-facts"), params: factsParams(query) };
  for await (const rows of streamRows<FactsRow>(client, stream)) {
    for (const row of rows) {
      images += 1;
      if (row.degenerate) degenerate += 1;
      for (const name of DISTRIBUTIONS) values[name].add(row[name]);
      const bodyPart = row.body_part ?? "(unknown)";
      bodyParts.set(bodyPart, (bodyParts.get(bodyPart) ?? 0) + 1);
      if (row.reason !== null) outcomes[outcomeOf(row.reason)] += 1;
    }
  }
  const sorted = Object.fromEntries(DISTRIBUTIONS.map((name) => [name, values[name].sorted()])) as Record<
    Distribution,
    Float64Array
  >;
  return {
    images,
    values: sorted,
    degenerate,
    bodyParts,
    outcomes: query.policy === undefined ? undefined : outcomes,
    ...(await countWindow(client, query)),
    embeddings: await sampleEmbeddings(client, query),
  };
}

async function countWindow(
  client: pg.ClientBase,
  { scope, filter, otherFilter, otherDatasetId }: WindowQuery,
): Promise<{ quarantined: number; shared: number }> {
  const params = [scope.datasetId, scope.modelId, ...filterParams(filter), ...filterParams(otherFilter)];
  const { rows } = await client.query<{ quarantined: number; shared: number }>(
    loadSql("drift-window"),
    params,
  );
  const { quarantined = 0, shared = 0 } = rows[0] ?? {};
  return { quarantined, shared: otherDatasetId === scope.datasetId ? shared : 0 };
}

async function sampleEmbeddings(
  client: pg.ClientBase,
  { scope, filter, seed }: WindowQuery,
): Promise<Points | undefined> {
  const { rows } = await client.query<{ embedding: Buffer }>(loadSql("drift-embeddings"), [
    scope.datasetId,
    scope.modelId,
    ...filterParams(filter),
    seed,
    SAMPLED_EMBEDDINGS,
  ]);
  const embeddings = rows.flatMap(({ embedding }) => readEmbedding(embedding) ?? []);
  const dimensions = embeddings[0]?.length;
  if (dimensions === undefined) return undefined;
  const values = new Float32Array(embeddings.length * dimensions);
  embeddings.forEach((embedding, row) => values.set(embedding, row * dimensions));
  return { values, dimensions };
}
