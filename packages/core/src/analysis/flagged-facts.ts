import type pg from "pg";
import type { FlaggedFacts } from "../gates/index.ts";
import type { ImageFilter, ReadingScope } from "../readings/scope.ts";
import { triage, type Policy } from "../triage/index.ts";
import { areaAt, streamScoredFacts } from "./scored-facts.ts";

/** The labelled images at or above p_low, in columns. */
export interface FlaggedRead {
  readonly facts: FlaggedFacts;
  /** shape [flagged]; 1 where the policy keeps the image positive, all 1 without a policy. */
  readonly keptByPolicy: Uint8Array;
  /** Labelled images, flagged or not. */
  readonly labelled: number;
}

export interface FlaggedQuery {
  readonly scope: ReadingScope;
  readonly filter: ImageFilter | undefined;
  readonly pLow: number;
  /** Whose areas to read. */
  readonly alphas: readonly number[];
  /** The one of them that no column holds; null when all are held. */
  readonly gridAlpha: number | null;
  readonly policy: Policy | undefined;
}

/** Reads the flagged images; the client must be in a transaction. */
export async function readFlagged(client: pg.ClientBase, query: FlaggedQuery): Promise<FlaggedRead> {
  const { scope, filter, gridAlpha, alphas, policy } = query;
  const pLow = Math.fround(query.pLow);
  const columns = emptyColumns(alphas);
  let labelled = 0;
  for await (const each of streamScoredFacts(client, {
    scope,
    filter,
    alpha: gridAlpha,
    labelledOnly: true,
  })) {
    labelled += 1;
    if (Math.fround(each.probability) < pLow) continue;
    columns.probability.push(each.probability);
    columns.label.push(each.label ?? 0);
    columns.cluster.push(each.cluster);
    columns.entropy.push(each.entropy ?? Number.NaN);
    columns.entropyNormalized.push(each.entropyNormalized ?? Number.NaN);
    columns.degenerate.push(each.degenerate ? 1 : 0);
    for (const [alpha, area] of columns.area) area.push(areaAt(each, scope, alpha) ?? Number.NaN);
    const passes =
      policy === undefined ||
      triage({ ...each, area: areaAt(each, scope, policy.alpha) }, policy).outcome === "positive";
    columns.kept.push(passes ? 1 : 0);
  }
  return { facts: toFacts(columns), keptByPolicy: Uint8Array.from(columns.kept), labelled };
}

/** Numbers grow in plain arrays, 8 bytes each, and are copied once into typed ones. */
function emptyColumns(alphas: readonly number[]) {
  const column = (): number[] => [];
  return {
    probability: column(),
    label: column(),
    cluster: column(),
    entropy: column(),
    entropyNormalized: column(),
    degenerate: column(),
    kept: column(),
    area: new Map(alphas.map((alpha) => [alpha, column()])),
  };
}

function toFacts(columns: ReturnType<typeof emptyColumns>): FlaggedFacts {
  return {
    probability: Float32Array.from(columns.probability),
    label: Uint8Array.from(columns.label),
    cluster: Float64Array.from(columns.cluster),
    entropy: Float32Array.from(columns.entropy),
    entropyNormalized: Float32Array.from(columns.entropyNormalized),
    degenerate: Uint8Array.from(columns.degenerate),
    area: new Map([...columns.area].map(([alpha, values]) => [alpha, Float32Array.from(values)])),
  };
}
