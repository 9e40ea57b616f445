import type pg from "pg";
import { loadSql, streamRows } from "../db/index.ts";
import { type AreaColumns, areasOf } from "./area-columns.ts";
import { areaColumn } from "../readings/alpha-source.ts";
import { filterParams, type ImageFilter, type ReadingScope } from "../readings/scope.ts";

/** What is known of one scored image, for statistics; null where unknown. */
export interface ScoredFacts {
  readonly imageId: number;
  readonly studyId: number;
  /** The patient's, or the study's where no patient is known. */
  readonly cluster: number;
  readonly label: 0 | 1 | null;
  readonly bodyPart: string | null;
  readonly split: string | null;
  readonly view: string | null;
  readonly hardware: boolean | null;
  readonly probability: number;
  /** Nats. */
  readonly entropy: number | null;
  readonly entropyNormalized: number | null;
  readonly degenerate: boolean;
  /** shape [alphas of the model] */
  readonly areas: readonly (number | null)[];
  /** At the alpha asked for where the model has no column of it. */
  readonly gridArea: number | null;
}

interface FactsRow extends pg.QueryResultRow, AreaColumns {
  readonly image_id: number;
  readonly study_id: number;
  readonly cluster: number;
  readonly label: 0 | 1 | null;
  readonly body_part: string | null;
  readonly split: string | null;
  readonly view: string | null;
  readonly hardware: boolean | null;
  readonly probability: number;
  readonly entropy: number | null;
  readonly entropy_normalized: number | null;
  readonly degenerate: boolean;
  readonly grid_area: number | null;
}

export interface FactsQuery {
  readonly scope: ReadingScope;
  readonly filter: ImageFilter | undefined;
  /** Of an area to count from the stored grids where no column holds it; null for none. */
  readonly alpha: number | null;
  readonly labelledOnly: boolean;
}

/** The scored images of a dataset by id, streamed; the client must be in a transaction. */
export async function* streamScoredFacts(
  client: pg.ClientBase,
  { scope, filter, alpha, labelledOnly }: FactsQuery,
): AsyncGenerator<ScoredFacts> {
  const fromGrid = alpha !== null && areaColumn(scope.alphas, alpha) === null ? alpha : null;
  const params = [scope.datasetId, scope.modelId, fromGrid, labelledOnly, ...filterParams(filter)];
  for await (const rows of streamRows<FactsRow>(client, { sql: loadSql("scored-facts"), params })) {
    for (const row of rows) {
      yield {
        imageId: row.image_id,
        studyId: row.study_id,
        cluster: row.cluster,
        label: row.label,
        bodyPart: row.body_part,
        split: row.split,
        view: row.view,
        hardware: row.hardware,
        probability: row.probability,
        entropy: row.entropy,
        entropyNormalized: row.entropy_normalized,
        degenerate: row.degenerate,
        areas: areasOf(row, scope.alphas.length),
        gridArea: row.grid_area,
      };
    }
  }
}

/** The area at an alpha, from its column or as counted from the grid; null where missing. */
export function areaAt(facts: ScoredFacts, scope: ReadingScope, alpha: number): number | null {
  const column = areaColumn(scope.alphas, alpha);
  return column === null ? facts.gridArea : (facts.areas[column - 1] ?? null);
}

/** Whether the model scored any image that the filter takes. */
export async function hasScoredImage(
  client: pg.ClientBase,
  { scope, filter }: Pick<FactsQuery, "scope" | "filter">,
): Promise<boolean> {
  for await (const _ of streamScoredFacts(client, { scope, filter, alpha: null, labelledOnly: false }))
    return true;
  return false;
}
