import { HairlineError } from "../errors.ts";

/** Columns that say where a row's values stand; zero-based. */
export interface PredictionColumns {
  readonly positions: Readonly<Partial<Record<PredictionField, number>>>;
  /** `area@<alpha>` columns by rising alpha. */
  readonly areas: readonly { readonly alpha: number; readonly position: number }[];
  /** Columns of the header; every row must have as many fields. */
  readonly width: number;
  /** Header names that mean nothing here. */
  readonly ignored: readonly string[];
}

const PREDICTION_FIELDS = [
  "image",
  "probability",
  "label",
  "study",
  "patient",
  "body_part",
  "split",
  "cam",
  "entropy",
] as const;
export type PredictionField = (typeof PREDICTION_FIELDS)[number];

/** Other header names a field is known by. */
const ALIASES: Partial<Record<PredictionField, readonly string[]>> = {
  image: ["path"],
  probability: ["p", "prob"],
};

const AREA_COLUMN = /^area@(\d?\.?\d+)$/;

/** The area columns of a prediction. */
export const MAX_ALPHAS = 8;

function headerError(field: string, message: string, remedy: string): HairlineError {
  return new HairlineError("ROW_INVALID", message, { field, line: 1, remedy });
}

function findField(names: readonly string[], field: PredictionField): number | undefined {
  const wanted = new Set([field, ...(ALIASES[field] ?? [])]);
  const found = names.flatMap((name, index) => (wanted.has(name) ? [index] : []));
  if (found.length > 1) {
    throw headerError(field, `The header has more than one column for ${field}.`, "Remove all but one.");
  }
  return found[0];
}

function findAreas(names: readonly string[]): PredictionColumns["areas"] {
  const areas = names.flatMap((name, position) => {
    if (!name.startsWith("area@")) return [];
    const alpha = Number(AREA_COLUMN.exec(name)?.[1] ?? Number.NaN);
    if (alpha >= 0 && alpha < 1) return [{ alpha, position }];
    throw headerError(
      name,
      `${JSON.stringify(name)} names no alpha from 0 to below 1.`,
      "Write it as area@0.5.",
    );
  });
  const distinct = new Set(areas.map(({ alpha }) => Math.fround(alpha)));
  if (distinct.size < areas.length) {
    throw headerError("area@", "The header has two area columns of one alpha.", "Remove one.");
  }
  if (areas.length > MAX_ALPHAS) {
    const message = `The header has ${areas.length} area columns.`;
    throw headerError("area@", message, `Keep at most ${MAX_ALPHAS}.`);
  }
  return areas.toSorted((a, b) => a.alpha - b.alpha);
}

function requireOneSource(
  positions: PredictionColumns["positions"],
  areas: PredictionColumns["areas"],
): void {
  for (const field of ["image", "probability"] as const) {
    if (positions[field] !== undefined) continue;
    throw headerError(field, `The header has no ${field} column.`, `Give the CSV a header with ${field}.`);
  }
  if (positions.cam === undefined || (positions.entropy === undefined && areas.length === 0)) return;
  throw headerError(
    "cam",
    "The header has cam and also entropy or area columns.",
    "Keep cam, from which they are computed, or the others.",
  );
}

/**
 * Where the values of a predictions CSV stand. Names are compared without case and surrounding space; `image` may be
 * called path, `probability` p or prob.
 *
 * @throws HairlineError ROW_INVALID (line 1) naming the column that is missing, repeated or of no usable alpha
 */
export function resolvePredictionColumns(header: readonly string[]): PredictionColumns {
  const names = header.map((name) => name.trim().toLowerCase());
  const positions: Partial<Record<PredictionField, number>> = {};
  for (const field of PREDICTION_FIELDS) {
    const position = findField(names, field);
    if (position !== undefined) positions[field] = position;
  }
  const areas = findAreas(names);
  requireOneSource(positions, areas);
  const used = new Set([...Object.values(positions), ...areas.map(({ position }) => position)]);
  return { positions, areas, width: header.length, ignored: header.filter((_, index) => !used.has(index)) };
}
