import { selectStrata, type FactFilter, type FactQuery, type LabelSource } from "../facts/index.ts";
import type { SweepAxes } from "../triage/index.ts";
import { areaColumn } from "./alpha-source.ts";
import type { ReadingScope } from "./scope.ts";
import type { Snapshot } from "./snapshot.ts";

/** What a sweep counts. */
export interface SweepPlan {
  readonly scope: ReadingScope;
  readonly axes: SweepAxes;
  readonly filter: FactFilter;
  readonly labelSource: LabelSource;
}

/** Where each alpha of a sweep is read from; empty without an area gate, when no area is read. */
export interface AlphaPlan {
  /** Alphas with a column: the column, 1 to 8, and the position among the sweep's alphas. */
  readonly columns: readonly { readonly column: number; readonly position: number }[];
  /** Alphas that no column holds. */
  readonly fromGrid: readonly { readonly alpha: number; readonly position: number }[];
}

export function planAlphas({ axes, scope }: SweepPlan): AlphaPlan {
  const columns: { column: number; position: number }[] = [];
  const fromGrid: { alpha: number; position: number }[] = [];
  if (axes.area.thresholds.length === 0) return { columns, fromGrid };
  for (const [position, alpha] of axes.alpha.alphas.entries()) {
    const column = areaColumn(scope.alphas, alpha);
    if (column === null) fromGrid.push({ alpha, position });
    else columns.push({ column, position });
  }
  return { columns, fromGrid };
}

/** The scan that answers a sweep: no column that no gate reads, grids only where one can matter. */
export async function planScan(plan: SweepPlan, { client }: Snapshot): Promise<FactQuery> {
  const { axes, scope, filter, labelSource } = plan;
  const { columns, fromGrid } = planAlphas(plan);
  return {
    modelId: scope.modelId,
    strata: await selectStrata(client, scope.datasetId, filter),
    filter,
    labelSource,
    columns: {
      entropy: axes.entropy.thresholds.length > 0,
      areas: columns.map(({ column }) => column),
      grid: fromGrid.length > 0,
    },
    gridFrom: axes.p.thresholds[0] ?? 0,
  };
}
