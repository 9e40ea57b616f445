import { HairlineError } from "../errors.ts";
import { invalidCell, parseLabel } from "./cell.ts";
import { isMuraPath, parseMuraImage, parseMuraStudy, type MuraImage, type MuraStudy } from "./mura-path.ts";

/** A row of MURA's own CSVs: an image of *_image_paths.csv, or a study of *_labeled_studies.csv. */
export type MuraRow =
  | { readonly kind: "image"; readonly image: MuraImage }
  | { readonly kind: "study"; readonly study: MuraStudy };

/** Whether a CSV's first row is a row of one of MURA's CSVs, which have no header. */
export function isMuraRow(fields: readonly string[]): boolean {
  return fields.length <= 2 && isMuraPath(unifySlashes(fields[0] ?? ""));
}

/**
 * @param fields [path] or [path, label]
 * @throws HairlineError ROW_INVALID when it is no MURA row, ROW_LABEL_CONFLICT when label and path disagree
 */
export function parseMuraRow(fields: readonly string[]): MuraRow {
  const [cell = "", labelCell = ""] = fields;
  if (fields.length > 2)
    throw invalidCell("path", `the row has ${fields.length} fields; expected path, label`);
  const path = unifySlashes(cell);
  const row = rowOf(path);
  const fromPath = row.kind === "image" ? row.image.label : row.study.label;
  const fromCell = parseLabel(labelCell);
  if (fromCell !== null && fromCell !== fromPath) {
    throw new HairlineError(
      "ROW_LABEL_CONFLICT",
      `the row's label is ${fromCell}, the path says ${fromPath}`,
      {
        field: "label",
      },
    );
  }
  return row;
}

function rowOf(path: string): MuraRow {
  const looksLikeFolder = path.endsWith("/") || !path.slice(path.lastIndexOf("/")).includes(".");
  if (looksLikeFolder) return { kind: "study", study: parseMuraStudy(path) };
  return { kind: "image", image: parseMuraImage(path) };
}

function unifySlashes(cell: string): string {
  return cell
    .trim()
    .replaceAll("\\", "/")
    .replace(/^(?:\.\/)+/, "");
}
