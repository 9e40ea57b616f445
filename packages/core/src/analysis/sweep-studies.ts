import type pg from "pg";
import { loadSql, streamRows } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { addStudy, studyProbability, type StudyRule, type SweptView } from "../pooling/index.ts";
import { type AreaColumns, areaOf } from "./area-columns.ts";
import { areaColumn } from "../readings/alpha-source.ts";
import { type SweepRequest, type SweepResult } from "../readings/index.ts";
import { filterParams, noPredictions, resolveScope, type ReadingScope } from "../readings/scope.ts";
import { snapshotOf, type Snapshot } from "../readings/snapshot.ts";
import { readFactsVersion } from "../rollup/index.ts";
import { rocAuc } from "../selective/index.ts";
import { emptySweepCube, sweepAxes, type SweepAxes, type SweepCube, sweepCounts } from "../triage/index.ts";

export interface StudySweepRequest extends SweepRequest {
  readonly rule: StudyRule;
  /** Cancels the sweep, on the server too. */
  readonly signal?: AbortSignal | undefined;
  /** What to read the facts from, so that the caller can read more of the same; opened with the signal. Default its own. */
  readonly snapshot?: Snapshot | undefined;
}

export interface StudySweepResult extends SweepResult {
  /** Of the facts read: with the same request and version, a sweep has the same result. */
  readonly factsVersion: number;
}

/**
 * Sweeps a grid of policies over the labelled studies of a dataset, exactly, as `sweep` does over images: one scan of
 * the views, study by study, then suffix sums. Counts, labels and the ROC area are of studies.
 *
 * @throws HairlineError as `sweep`; FACTS_MISSING when a view that can decide lacks a fact that a config gates on; the
 *   signal's reason when it aborts
 */
export async function sweepStudies(request: StudySweepRequest): Promise<StudySweepResult> {
  const { grid, signal } = request;
  const axes = sweepAxes(grid);
  const scope = await resolveScope(request);
  const plan = { request, axes, scope, cube: emptySweepCube(axes) };
  await using snapshot = await snapshotOf(request);
  const factsVersion = await readFactsVersion(snapshot.client, scope);
  const read = await readStudyCells(snapshot.client, plan).catch((error: unknown) => {
    // What a cancelled statement rejects with is an echo of the abort.
    throw signal?.aborted === true ? signal.reason : error;
  });
  if (read.labels.length + read.unlabelled === 0) throw noPredictions(scope.dataset, scope.model);
  if (read.missing.count > 0) throw factsMissing(scope, read.missing);
  const counts = sweepCounts(axes, plan.cube);
  const positive = read.labels.filter((label) => label === 1).length;
  const gated = axes.area.thresholds.length > 0;
  return {
    scope,
    grid,
    configs: counts.tp.length,
    counts,
    labelled: { positive, negative: read.labels.length - positive },
    unlabelled: read.unlabelled,
    rocAuc: rocAuc(read.probabilities, read.labels),
    alphaSource: grid.alpha.map((alpha) =>
      gated ? (areaColumn(scope.alphas, alpha) === null ? "grid" : "column") : "unused",
    ),
    factsVersion,
  };
}

interface StudySweepPlan {
  readonly request: StudySweepRequest;
  readonly axes: SweepAxes;
  readonly scope: ReadingScope;
  readonly cube: SweepCube;
}

interface StudyCells {
  /** shape [labelled studies] */
  readonly labels: number[];
  /** shape [labelled studies]; by the rule. */
  readonly probabilities: number[];
  unlabelled: number;
  /** Labelled studies with a view that lacks a fact, and such a view's image. */
  readonly missing: { count: number; objectKey: string | undefined };
}

interface ViewRow extends pg.QueryResultRow, AreaColumns {
  readonly study_id: number;
  readonly image_id: number;
  readonly label: 0 | 1 | null;
  readonly object_key: string;
  readonly probability: number;
  readonly entropy: number | null;
  readonly degenerate: boolean;
  readonly grid_areas: readonly (number | null)[] | null;
}

async function readStudyCells(client: pg.ClientBase, plan: StudySweepPlan): Promise<StudyCells> {
  const cells: StudyCells = {
    labels: [],
    probabilities: [],
    unlabelled: 0,
    missing: { count: 0, objectKey: undefined },
  };
  for await (const rows of streamStudies(client, plan)) {
    plan.request.signal?.throwIfAborted();
    addToCells(cells, rows, plan);
  }
  return cells;
}

/** The rows of one study after another. */
async function* streamStudies(
  client: pg.ClientBase,
  { request, axes, scope }: StudySweepPlan,
): AsyncGenerator<ViewRow[]> {
  const gated = axes.area.thresholds.length > 0;
  const fromGrid = axes.alpha.alphas.filter((alpha) => gated && areaColumn(scope.alphas, alpha) === null);
  const params = [scope.datasetId, scope.modelId, fromGrid, ...filterParams(request.filter)];
  let study: ViewRow[] = [];
  for await (const rows of streamRows<ViewRow>(client, { sql: loadSql("study-views"), params })) {
    for (const row of rows) {
      if (study.length > 0 && study[0]?.study_id !== row.study_id) {
        yield study;
        study = [];
      }
      study.push(row);
    }
  }
  if (study.length > 0) yield study;
}

function addToCells(cells: StudyCells, rows: readonly ViewRow[], plan: StudySweepPlan): void {
  const label = rows[0]?.label ?? null;
  if (label === null) {
    cells.unlabelled += 1;
    return;
  }
  const { rule } = plan.request;
  const views = rows.map((row) => sweptView(row, plan));
  const lacking = rows.find((row, at) => lacksFact(row, views[at]!, plan));
  if (lacking !== undefined) {
    cells.missing.count += 1;
    cells.missing.objectKey ??= lacking.object_key;
  }
  addStudy({ label, views }, rule, plan);
  cells.labels.push(label);
  cells.probabilities.push(
    studyProbability(
      rule,
      views.map((view) => ({ ...view, area: null })),
    ),
  );
}

function sweptView(row: ViewRow, { axes, scope }: StudySweepPlan): SweptView {
  let fromGrid = 0;
  const gated = axes.area.thresholds.length > 0;
  return {
    imageId: row.image_id,
    probability: row.probability,
    entropy: row.entropy,
    degenerate: row.degenerate,
    areas: axes.alpha.alphas.map((alpha) => {
      const column = areaColumn(scope.alphas, alpha);
      if (column !== null) return areaOf(row, column);
      return gated ? (row.grid_areas?.[fromGrid++] ?? null) : null;
    }),
  };
}

/** As in image sweeps: a CAM fact that a config would gate on, of a view that reaches the lowest p_low. */
function lacksFact(row: ViewRow, view: SweptView, { axes }: StudySweepPlan): boolean {
  if (row.degenerate || row.probability < (axes.p.thresholds[0] ?? 0)) return false;
  const lacksEntropy = axes.entropy.thresholds.length > 0 && row.entropy === null;
  return lacksEntropy || (axes.area.thresholds.length > 0 && view.areas.includes(null));
}

function factsMissing({ dataset }: ReadingScope, { count, objectKey }: StudyCells["missing"]): HairlineError {
  return new HairlineError(
    "FACTS_MISSING",
    `Labelled studies of ${dataset} with a view at or above the lowest p_low without CAM facts of this sweep: ${count}.`,
    {
      ...(objectKey === undefined ? {} : { file: objectKey }),
      remedy: "Import the CAM facts, leave the gate out with none, or raise the lowest p_low.",
    },
  );
}
