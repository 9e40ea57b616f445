import { HairlineError } from "../errors.ts";
import { quote } from "./cell.ts";

/** The fields of a manifest row; docs/MANIFEST.md gives their types. */
export const MANIFEST_FIELDS = [
  "path",
  "label",
  "study",
  "patient",
  "body_part",
  "split",
  "view",
  "hardware",
  "boxes",
] as const;

export type ManifestField = (typeof MANIFEST_FIELDS)[number];

/** Other header names a field is known by. */
const ALIASES: Partial<Record<ManifestField, readonly string[]>> = { boxes: ["boxes_xyxy_px"] };

/** Field to header name, as --column field=name gives it. */
export type ColumnMapping = Readonly<Partial<Record<ManifestField, string>>>;

export interface ManifestColumns {
  /** Zero-based column of each field the manifest has. */
  readonly positions: Readonly<Partial<Record<ManifestField, number>>>;
  /** Columns of the header; every row must have as many fields. */
  readonly width: number;
  /** Header names that are no field's. */
  readonly ignored: readonly string[];
}

/** Whether a CSV's first row is a manifest's header: it names the path column. */
export function isManifestHeader(header: readonly string[], mapping: ColumnMapping = {}): boolean {
  return columnsOf(normalise(header), "path", mapping).length > 0;
}

/**
 * Where each field stands. Header names are compared without case and surrounding space; a mapping goes before
 * the field's own name and alias.
 * @throws HairlineError BAD_ARGUMENT when the mapping names a column the header lacks,
 *   ROW_INVALID (line 1) when there is no path column or a field's column appears twice
 */
export function resolveManifestColumns(
  header: readonly string[],
  mapping: ColumnMapping = {},
): ManifestColumns {
  const names = normalise(header);
  const positions: Partial<Record<ManifestField, number>> = {};
  for (const field of MANIFEST_FIELDS) {
    const position = findColumn(names, field, mapping);
    if (position !== undefined) positions[field] = position;
    else if (mapping[field] !== undefined) throw mappedColumnMissing(field, mapping[field], header);
  }
  if (positions.path === undefined) throw pathColumnMissing(header);
  const used = new Set(Object.values(positions));
  return { positions, width: header.length, ignored: header.filter((_, index) => !used.has(index)) };
}

function normalise(header: readonly string[]): string[] {
  return header.map((name) => name.trim().toLowerCase());
}

function findColumn(
  names: readonly string[],
  field: ManifestField,
  mapping: ColumnMapping,
): number | undefined {
  const [position, second] = columnsOf(names, field, mapping);
  if (second === undefined) return position;
  throw new HairlineError("ROW_INVALID", `The header has more than one column for ${field}.`, {
    field,
    line: 1,
    remedy: `Remove one, or choose with --column ${field}=<column>.`,
  });
}

function columnsOf(names: readonly string[], field: ManifestField, mapping: ColumnMapping): number[] {
  const mapped = mapping[field]?.trim().toLowerCase();
  const wanted = mapped === undefined ? [field, ...(ALIASES[field] ?? [])] : [mapped];
  return names.flatMap((name, index) => (wanted.includes(name) ? [index] : []));
}

function mappedColumnMissing(field: string, name: string, header: readonly string[]): HairlineError {
  return new HairlineError("BAD_ARGUMENT", `The header has no column ${quote(name)} for ${field}.`, {
    field: `--column ${field}`,
    remedy: `Use one of: ${header.map(quote).join(", ")}.`,
  });
}

function pathColumnMissing(header: readonly string[]): HairlineError {
  const names = header.slice(0, 20).map(quote).join(", ");
  return new HairlineError("ROW_INVALID", `The manifest has no path column; its first line reads ${names}.`, {
    field: "path",
    line: 1,
    remedy: "Give the CSV a header with a path column, or map one with --column path=<column>.",
  });
}
