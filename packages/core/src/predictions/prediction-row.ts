import { camStatistics } from "../explain/index.ts";
import { parseLabel, parseObjectKey, parseText, type BinaryLabel } from "../study/index.ts";
import type { CamShape } from "./cam-shape.ts";
import { invalidValue, parseNumberCell } from "./number-cell.ts";
import { MAX_ALPHAS, type PredictionColumns, type PredictionField } from "./prediction-columns.ts";

/** What a model said of one image, as stored: float32 values. */
export interface PredictionFacts {
  readonly probability: number;
  readonly entropy: number | null;
  readonly entropyNormalized: number | null;
  readonly degenerate: boolean;
  /** shape [8]; null beyond the model's alphas. */
  readonly areas: readonly (number | null)[];
  readonly cam: { readonly shape: CamShape; readonly grid: readonly number[] } | null;
}

/** What a row says of its image besides; null is not given. */
export interface RowDescription {
  readonly label: BinaryLabel | null;
  readonly study: string | null;
  readonly patient: string | null;
  readonly bodyPart: string | null;
  readonly split: string | null;
}

export interface PredictionRow {
  readonly line: number;
  readonly objectKey: string;
  readonly description: RowDescription;
  readonly facts: PredictionFacts;
}

export interface RowReading {
  readonly columns: PredictionColumns;
  /** The model's alphas, in the order of its area columns. */
  readonly alphas: readonly number[];
  /** Undefined when the CSV has no CAM. */
  readonly camShape: CamShape | undefined;
  /** Absolute spellings of the archive's root, for rows with absolute paths. */
  readonly roots: readonly string[];
}

/** The numbers of a cam cell, separated by ";". */
export function splitCam(cell: string): string[] {
  const text = cell.trim();
  return text === "" ? [] : text.replace(/;$/, "").split(";");
}

/**
 * One row of a predictions CSV.
 *
 * @throws HairlineError ROW_INVALID naming the column, PATH_OUTSIDE_ROOT
 */
export function parsePredictionRow(
  record: { readonly line: number; readonly fields: readonly string[] },
  reading: RowReading,
): PredictionRow {
  const { columns } = reading;
  if (record.fields.length !== columns.width) {
    throw invalidValue("row", `has ${record.fields.length} fields where the header has ${columns.width}`);
  }
  const cell = (field: PredictionField): string => cellAt(record.fields, columns.positions[field]);
  if (cell("image").trim() === "") throw invalidValue("image", "is empty");
  return {
    line: record.line,
    objectKey: parseObjectKey(cell("image"), reading.roots),
    description: {
      label: parseLabel(cell("label")),
      study: parseText(cell("study"), "study"),
      patient: parseText(cell("patient"), "patient"),
      bodyPart: parseText(cell("body_part"), "body_part"),
      split: parseText(cell("split"), "split"),
    },
    facts: parseFacts(record.fields, reading),
  };
}

function cellAt(fields: readonly string[], position: number | undefined): string {
  return position === undefined ? "" : (fields[position] ?? "");
}

function parseFacts(fields: readonly string[], reading: RowReading): PredictionFacts {
  const { positions, areas } = reading.columns;
  const probability = parseNumberCell(cellAt(fields, positions.probability), {
    field: "probability",
    max: 1,
  });
  if (probability === null) throw invalidValue("probability", "is empty");
  if (positions.cam !== undefined)
    return { probability, ...parseCam(cellAt(fields, positions.cam), reading) };
  const given = areas.map(({ alpha, position }) =>
    parseNumberCell(cellAt(fields, position), { field: `area@${alpha}`, max: 1 }),
  );
  const entropy = parseNumberCell(cellAt(fields, positions.entropy), {
    field: "entropy",
    max: Number.POSITIVE_INFINITY,
  });
  return {
    probability,
    entropy,
    entropyNormalized: null,
    degenerate: false,
    areas: padded(given),
    cam: null,
  };
}

function parseCam(cell: string, { alphas, camShape }: RowReading): Omit<PredictionFacts, "probability"> {
  const cells = splitCam(cell);
  if (cells.length === 0) {
    return { entropy: null, entropyNormalized: null, degenerate: false, areas: padded([]), cam: null };
  }
  if (camShape === undefined || cells.length !== camShape.height * camShape.width) {
    const wanted = camShape === undefined ? "a square number" : `${camShape.height}x${camShape.width}`;
    throw invalidValue("cam", `has ${cells.length} cells, not ${wanted}`);
  }
  const grid = cells.map((text, index) => {
    const value = parseNumberCell(text, { field: `cam cell ${index + 1}`, max: Number.POSITIVE_INFINITY });
    if (value === null) throw invalidValue("cam", `cell ${index + 1} is empty`);
    return value;
  });
  const statistics = camStatistics(Float32Array.from(grid), alphas);
  return {
    entropy: rounded(statistics.entropy),
    entropyNormalized: rounded(statistics.entropyNormalized),
    degenerate: statistics.degenerate,
    areas: padded(statistics.areas.map(rounded)),
    cam: { shape: camShape, grid },
  };
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.fround(value);
}

function padded(areas: readonly (number | null)[]): (number | null)[] {
  return Array.from({ length: MAX_ALPHAS }, (_, index) => areas[index] ?? null);
}

/** Whether a row gives no localisation fact at all, so that it passes no gate. */
export function lacksFacts({ entropy, degenerate, areas }: PredictionFacts): boolean {
  return !degenerate && entropy === null && areas.every((area) => area === null);
}
