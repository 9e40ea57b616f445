import type pg from "pg";
import { type AreaColumns, areasOf } from "../analysis/area-columns.ts";
import { loadSql, streamRows } from "../db/index.ts";
import { filterParams, noPredictions, resolveScope, type ReadingRequest } from "../readings/scope.ts";
import { openSnapshot } from "../readings/snapshot.ts";
import {
  type Export,
  type ExportCell,
  type ExportColumn,
  type ExportTable,
  SHARED_COLUMNS,
} from "./export-table.ts";

/** @param alphas a column for the area at each, or a pattern for the data dictionary */
export function factsTable(alphas: readonly (number | string)[]): ExportTable {
  return {
    name: "facts",
    description: "What a model said of each scored image and what the archive says of it; by image number.",
    columns: [
      SHARED_COLUMNS.image,
      SHARED_COLUMNS.study,
      SHARED_COLUMNS.patientNumber,
      SHARED_COLUMNS.bodyPart,
      SHARED_COLUMNS.split,
      {
        name: "view",
        type: "text",
        nullable: true,
        description: "Projection: AP, lateral, oblique; null when unknown.",
      },
      {
        name: "hardware",
        type: "boolean",
        nullable: true,
        description: "Plates, screws or a cast in the picture; null when unknown.",
      },
      SHARED_COLUMNS.label,
      {
        name: "study_label",
        type: "integer",
        nullable: true,
        description:
          "1 when any image of the study is labelled 1, 0 when all labelled ones are 0, else null.",
      },
      SHARED_COLUMNS.probability,
      { name: "logit", type: "real", nullable: true, description: "Raw output; null for an external model." },
      SHARED_COLUMNS.entropy,
      {
        name: "entropy_normalized",
        type: "real",
        nullable: true,
        description: "entropy / ln(cells), in [0, 1]; null as entropy.",
      },
      SHARED_COLUMNS.degenerate,
      ...alphas.map(areaColumnOf),
    ],
  };
}

function areaColumnOf(alpha: number | string): ExportColumn {
  return {
    name: `area@${alpha}`,
    type: "real",
    nullable: true,
    description: `Share of CAM cells strictly above ${alpha} times the largest, in [0, 1]; null as entropy.`,
  };
}

interface FactsRow extends pg.QueryResultRow, AreaColumns {
  readonly object_key: string;
  readonly study_key: string;
  readonly patient_number: number;
  readonly body_part: string | null;
  readonly split: string | null;
  readonly view: string | null;
  readonly hardware: boolean | null;
  readonly label: number | null;
  readonly study_label: number | null;
  readonly probability: number;
  readonly logit: number | null;
  readonly entropy: number | null;
  readonly entropy_normalized: number | null;
  readonly degenerate: boolean;
}

/**
 * The facts of a dataset and model, streamed from one snapshot.
 *
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS
 */
export async function exportFacts(request: ReadingRequest): Promise<Export> {
  const scope = await resolveScope(request);
  const params = [scope.datasetId, scope.modelId, ...filterParams(request.filter)];
  async function* rows(): AsyncGenerator<ExportCell[]> {
    await using snapshot = await openSnapshot(request.database);
    let count = 0;
    for await (const batch of streamRows<FactsRow>(snapshot.client, {
      sql: loadSql("export-facts"),
      params,
    })) {
      count += batch.length;
      for (const row of batch) yield cellsOf(row, scope.alphas.length);
    }
    if (count === 0) throw noPredictions(scope.dataset, scope.model);
  }
  return { table: factsTable(scope.alphas), rows: rows() };
}

function cellsOf(row: FactsRow, alphas: number): ExportCell[] {
  return [
    row.object_key,
    row.study_key,
    row.patient_number,
    row.body_part,
    row.split,
    row.view,
    row.hardware,
    row.label,
    row.study_label,
    row.probability,
    row.logit,
    row.entropy,
    row.entropy_normalized,
    row.degenerate,
    ...areasOf(row, alphas),
  ];
}
