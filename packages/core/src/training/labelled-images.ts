import { loadSql, type Database } from "../db/index.ts";
import { filterLiteral } from "../facts/filter-literal.ts";
import type { TrainingSelection } from "./selection.ts";

/** An image with what it counts as in training. */
export interface LabelledImage {
  readonly imageId: number;
  readonly objectKey: string;
  readonly byteSize: number | null;
  readonly modifiedAt: Date | null;
  /** 1 fracture, 0 none. */
  readonly label: 0 | 1;
  readonly split: string | null;
  /** Empty when unknown. */
  readonly bodyPart: string;
  /** Patient, or study where the patient is unknown: what must not lie on both sides. */
  readonly patient: string;
}

interface LabelledRow {
  readonly id: number;
  readonly object_key: string;
  readonly byte_size: number | null;
  readonly modified_at: Date | null;
  readonly label: 0 | 1;
  readonly split: string | null;
  readonly body_part: string;
  readonly patient: string;
}

/** The labelled images that a selection may use, whatever their split, by object key in byte order. */
export async function listLabelledImages(
  { pool }: Database,
  datasetId: number,
  selection: TrainingSelection,
): Promise<LabelledImage[]> {
  const { bodyParts, hardware, importedFrom, importedBefore, verdicts } = selection;
  const filter = filterLiteral({
    ...(bodyParts === null ? {} : { bodyParts }),
    ...(hardware === null ? {} : { hardware }),
    ...(importedFrom === null ? {} : { importedFrom: new Date(importedFrom) }),
    ...(importedBefore === null ? {} : { importedBefore: new Date(importedBefore) }),
  });
  const { rows } = await pool.query<LabelledRow>(loadSql("training-images"), [datasetId, filter, verdicts]);
  return rows.map((row) => ({
    imageId: row.id,
    objectKey: row.object_key,
    byteSize: row.byte_size,
    modifiedAt: row.modified_at,
    label: row.label,
    split: row.split,
    bodyPart: row.body_part,
    patient: row.patient,
  }));
}
