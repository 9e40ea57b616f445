/** integer is 32 bit, bigint 64 (always a safe integer), real a float32, double a float64. */
export type ColumnType = "text" | "boolean" | "integer" | "bigint" | "real" | "double";

/** One column of an export, as the data dictionary explains it. */
export interface ExportColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** Meaning, unit or range, and what null says. */
  readonly description: string;
}

export type ExportCell = string | number | boolean | null;

/** What can be exported: one flat table. */
export interface ExportTable {
  readonly name: string;
  /** What a row is, and their order. */
  readonly description: string;
  readonly columns: readonly ExportColumn[];
}

/** A table with its rows, cells in the order of its columns. */
export interface Export {
  readonly table: ExportTable;
  readonly rows: AsyncIterable<readonly ExportCell[]>;
}

/** Columns that several tables have, explained once. */
export const SHARED_COLUMNS = {
  image: {
    name: "image",
    type: "text",
    nullable: false,
    description: "Path of the image below the archive's root.",
  },
  study: { name: "study", type: "text", nullable: false, description: "The study's key." },
  patientNumber: {
    name: "patient_number",
    type: "bigint",
    nullable: false,
    description:
      "One number for everything of a patient, or of a study where the patient is unknown. Resample by it.",
  },
  bodyPart: {
    name: "body_part",
    type: "text",
    nullable: true,
    description: "Null when unknown, or for a study whose images differ.",
  },
  split: {
    name: "split",
    type: "text",
    nullable: true,
    description: "train, valid or another; null as body_part.",
  },
  label: {
    name: "label",
    type: "integer",
    nullable: true,
    description: "1 fracture, 0 none; null when unknown.",
  },
  probability: {
    name: "probability",
    type: "real",
    nullable: false,
    description: "Of fracture, in [0, 1], not calibrated.",
  },
  entropy: {
    name: "entropy",
    type: "real",
    nullable: true,
    description: "Of the CAM, in nats; null when degenerate or not given. Null passes no gate.",
  },
  degenerate: {
    name: "degenerate",
    type: "boolean",
    nullable: false,
    description: "The CAM is flat or all zero: it points nowhere and never counts as localised.",
  },
} as const satisfies Record<string, ExportColumn>;
