import { invalidCell, parseBoolean, parseLabel, parseText } from "./cell.ts";
import { parseBoxes } from "./boxes.ts";
import type { ImageRecord } from "./image-record.ts";
import type { ManifestColumns, ManifestField } from "./manifest-columns.ts";
import { parseObjectKey } from "./object-key.ts";

/**
 * The image a manifest row describes; a column the manifest lacks reads as an empty cell.
 * @param roots absolute spellings of the archive's root, for rows with absolute paths
 * @throws HairlineError ROW_INVALID naming the field, or PATH_OUTSIDE_ROOT
 */
export function parseManifestRow(
  fields: readonly string[],
  columns: ManifestColumns,
  roots: readonly string[] = [],
): ImageRecord {
  if (fields.length !== columns.width) {
    throw invalidCell("row", `has ${fields.length} fields where the header has ${columns.width}`);
  }
  const cell = (field: ManifestField): string => {
    const position = columns.positions[field];
    return position === undefined ? "" : (fields[position] ?? "");
  };
  const objectKey = parseObjectKey(cell("path"), roots);
  const patientKey = parseText(cell("patient"), "patient");
  return {
    objectKey,
    studyKey: manifestStudyKey({ objectKey, patientKey, study: parseText(cell("study"), "study") }),
    patientKey,
    bodyPart: parseText(cell("body_part"), "body_part"),
    split: parseText(cell("split"), "split"),
    label: parseLabel(cell("label")),
    view: parseText(cell("view"), "view"),
    hardware: parseBoolean(cell("hardware"), "hardware"),
    boxes: parseBoxes(cell("boxes")),
  };
}

/**
 * Without a study the image is a study by itself. Archives number studies within a patient, so the patient is
 * part of the key: study 1 of one patient is not study 1 of another.
 */
export function manifestStudyKey(row: {
  readonly objectKey: string;
  readonly patientKey: string | null;
  readonly study: string | null;
}): string {
  if (row.study === null) return row.objectKey;
  return row.patientKey === null ? row.study : `${row.patientKey}/${row.study}`;
}
