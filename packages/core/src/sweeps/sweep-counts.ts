import type pg from "pg";
import { HairlineError } from "../errors.ts";
import type { SweepResult } from "../readings/index.ts";
import { configCount, type SweepCounts } from "../triage/index.ts";
import { areaColumn } from "../readings/alpha-source.ts";
import type { StoredSweep } from "./sweep-row.ts";

/** Writes the counts of a sweep, a row for each p_low: 250,000 configs are 2 MB. */
export async function writeCounts(
  client: pg.ClientBase,
  sweepId: string,
  { grid, counts }: Pick<SweepResult, "grid" | "counts">,
): Promise<void> {
  const size = counts.tp.length / grid.pLow.length;
  const starts = grid.pLow.map((_, index) => index * size);
  const arrayText = (values: Uint32Array, start: number): string =>
    `{${values.subarray(start, start + size).join(",")}}`;
  await client.query(
    `insert into sweep_counts (sweep_id, p_position, tn, fn, tp, fp)
     select $1::uuid, ordinality, tn, fn, tp::int[], fp::int[]
     from unnest($2::int[], $3::int[], $4::text[], $5::text[]) with ordinality as part (tn, fn, tp, fp, ordinality)`,
    [
      sweepId,
      starts.map((start) => counts.tn[start]),
      starts.map((start) => counts.fn[start]),
      starts.map((start) => arrayText(counts.tp, start)),
      starts.map((start) => arrayText(counts.fp, start)),
    ],
  );
}

interface CountsTuple {
  readonly tn: number;
  readonly fn: number;
  readonly tp: number[];
  readonly fp: number[];
}

/** A completed sweep as `sweep` returned it. @throws HairlineError BAD_ARGUMENT when it is not completed */
export async function readResult(client: pg.ClientBase | pg.Pool, stored: StoredSweep): Promise<SweepResult> {
  const { sweepId, scope, grid, positives, negatives, unlabelled, rocAuc } = stored;
  if (positives === null || negatives === null || unlabelled === null) {
    throw new HairlineError("BAD_ARGUMENT", `The sweep ${sweepId} is ${stored.state}; it has no counts.`, {
      field: "sweep",
    });
  }
  const { rows } = await client.query<CountsTuple>(
    "select tn, fn, tp, fp from sweep_counts where sweep_id = $1 order by p_position",
    [sweepId],
  );
  const configs = configCount(grid);
  const counts = joinCounts(rows, { configs, labelled: positives + negatives });
  const gated = grid.areaMax.some((value) => value !== null);
  return {
    scope,
    grid,
    configs,
    counts,
    labelled: { positive: positives, negative: negatives },
    unlabelled,
    rocAuc,
    alphaSource: grid.alpha.map((alpha) =>
      gated ? (areaColumn(scope.alphas, alpha) === null ? "grid" : "column") : "unused",
    ),
  };
}

function joinCounts(
  parts: readonly CountsTuple[],
  { configs, labelled }: { configs: number; labelled: number },
): SweepCounts {
  const empty = (): Uint32Array => new Uint32Array(configs);
  const counts = { tp: empty(), fp: empty(), tn: empty(), fn: empty(), inconclusive: empty() };
  let at = 0;
  for (const { tn, fn, tp, fp } of parts) {
    counts.tp.set(tp, at);
    counts.fp.set(fp, at);
    counts.tn.fill(tn, at, at + tp.length);
    counts.fn.fill(fn, at, at + tp.length);
    for (let index = 0; index < tp.length; index++)
      counts.inconclusive[at + index] = labelled - tn - fn - (tp[index] ?? 0) - (fp[index] ?? 0);
    at += tp.length;
  }
  return counts;
}
