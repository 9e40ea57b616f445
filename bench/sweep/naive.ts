import type { Database } from "@hairline/core/db";
import type { ImageSweepResult } from "@hairline/core/readings";
import { configAt, configCount, type SweepGrid } from "@hairline/core/triage";

/** Every config against every prediction, as one would write it first. */
const CROSS_JOIN = `
  with config as (
    select ordinality, p_low, entropy_max, area_max, area_column
    from unnest($2::real[], $3::real[], $4::real[], $5::int[]) with ordinality
      as config (p_low, entropy_max, area_max, area_column, ordinality)
  ), reading as (
    select ordinality, label,
           triage_reason(probability, entropy,
                         case area_column when 1 then area_1 when 2 then area_2 when 3 then area_3
                                          when 4 then area_4 else area_5 end,
                         degenerate, p_low, entropy_max, area_max) as reason
    from config cross join prediction
    where model_id = $1 and label is not null
  )
  select ordinality,
         count(*) filter (where reason = 'localised' and label = 1) as tp,
         count(*) filter (where reason = 'localised' and label = 0) as fp,
         count(*) filter (where reason = 'below_p_low' and label = 0) as tn,
         count(*) filter (where reason = 'below_p_low' and label = 1) as fn
  from reading
  group by ordinality
  order by ordinality`;

interface NaiveCounts {
  readonly tp: number;
  readonly fp: number;
  readonly tn: number;
  readonly fn: number;
}

/** @returns the counts of every config, in the grid's order */
export async function sweepNaively(
  { pool }: Database,
  modelId: number,
  grid: SweepGrid,
): Promise<NaiveCounts[]> {
  const configs = Array.from({ length: configCount(grid) }, (_, index) => configAt(grid, index));
  const { rows } = await pool.query<NaiveCounts>(CROSS_JOIN, [
    modelId,
    configs.map(({ pLow }) => pLow),
    configs.map(({ entropyMax }) => entropyMax),
    configs.map(({ areaMax }) => areaMax),
    configs.map(({ alpha }) => grid.alpha.indexOf(alpha) + 1),
  ]);
  return rows;
}

/** Configs whose counts differ. */
export function countMismatches(naive: readonly NaiveCounts[], { counts }: ImageSweepResult): number {
  return naive.filter(
    ({ tp, fp, tn, fn }, index) =>
      tp !== counts.tp[index] ||
      fp !== counts.fp[index] ||
      tn !== counts.tn[index] ||
      fn !== counts.fn[index],
  ).length;
}
