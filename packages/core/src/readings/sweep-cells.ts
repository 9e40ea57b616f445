import type pg from "pg";
import { loadSql, streamRows } from "../db/index.ts";
import { emptySweepCube, type SweepAxes, type SweepCube } from "../triage/index.ts";
import { areaColumn } from "./alpha-source.ts";
import { filterParams, type ImageFilter, type ReadingScope } from "./scope.ts";

/** What a sweep's queries are about. */
export interface SweepPlan {
  readonly scope: ReadingScope;
  readonly axes: SweepAxes;
  readonly filter: ImageFilter | undefined;
}

export interface SweepCells {
  readonly cube: SweepCube;
  /** Scored images without a label. */
  readonly unlabelled: number;
  /** Labelled images that lack a fact of the sweep, counted once per scan; more than 0 means that there are some. */
  readonly missing: number;
}

/** How the alphas of a sweep are answered. */
export interface AlphaPlan {
  /** shape [8]; position among the sweep's alphas of each area column, null when it is not swept. */
  readonly columns: readonly (number | null)[];
  /** Alphas that no column holds. */
  readonly fromGrid: readonly { readonly alpha: number; readonly position: number }[];
}

const AREA_COLUMNS = 8;

/** Without an area gate one column is scanned all the same: it carries the probability and entropy cells. */
export function planAlphas({ axes, scope }: SweepPlan): AlphaPlan {
  const columns = Array.from({ length: AREA_COLUMNS }, (): number | null => null);
  const fromGrid: { alpha: number; position: number }[] = [];
  const gated = axes.area.thresholds.length > 0;
  for (const [position, alpha] of axes.alpha.alphas.entries()) {
    const column = gated ? areaColumn(scope.alphas, alpha) : 1;
    if (column === null) fromGrid.push({ alpha, position });
    else columns[column - 1] = position;
  }
  return { columns, fromGrid };
}

interface CellRow {
  readonly p_level: number | null;
  readonly cell: number | null;
  readonly positive: number;
  readonly negative: number;
  readonly unlabelled: number;
  readonly missing: number;
}

function negated(thresholds: readonly number[]): number[] {
  return thresholds.map((threshold) => -threshold);
}

/** Parameters $1 to $7 of both cell queries. */
function axisParams({ scope, axes }: SweepPlan): unknown[] {
  return [
    scope.datasetId,
    scope.modelId,
    axes.p.thresholds,
    negated(axes.entropy.thresholds),
    axes.entropy.hasNone ? 1 : 0,
    negated(axes.area.thresholds),
    axes.area.hasNone ? 1 : 0,
  ];
}

async function readCells(
  client: pg.PoolClient,
  query: { sql: string; params: unknown[] },
  cube: SweepCube,
): Promise<{ unlabelled: number; missing: number }> {
  let unlabelled = 0;
  let missing = 0;
  for await (const rows of streamRows<CellRow & pg.QueryResultRow>(client, query)) {
    for (const row of rows) {
      if (row.p_level !== null) {
        cube.positiveByP[row.p_level] = row.positive;
        cube.negativeByP[row.p_level] = row.negative;
        unlabelled += row.unlabelled;
        missing += row.missing;
      } else if (row.cell !== null) {
        cube.positive[row.cell] = row.positive;
        cube.negative[row.cell] = row.negative;
      }
    }
  }
  return { unlabelled, missing };
}

/** Counts the images of a sweep by cell: one scan for all alphas with a column, one more for each other alpha. */
export async function readSweepCube(client: pg.PoolClient, plan: SweepPlan): Promise<SweepCells> {
  const alphas = planAlphas(plan);
  const cube = emptySweepCube(plan.axes);
  const axes = axisParams(plan);
  const filter = filterParams(plan.filter);
  let unlabelled = 0;
  let missing = 0;
  if (alphas.columns.some((position) => position !== null)) {
    const query = { sql: loadSql("sweep-cells"), params: [...axes, alphas.columns, ...filter] };
    ({ unlabelled, missing } = await readCells(client, query, cube));
  }
  for (const { alpha, position } of alphas.fromGrid) {
    const query = { sql: loadSql("sweep-cells-from-grid"), params: [...axes, position, ...filter, alpha] };
    const read = await readCells(client, query, cube);
    unlabelled = read.unlabelled;
    missing += read.missing;
  }
  return { cube, unlabelled, missing };
}
