import type { FactColumns } from "./fact-row.ts";
import { filterConditions, type FactFilter } from "./fact-filter.ts";

/** Whose label a prediction is compared with: its image's, or that of the image's study. */
export const LABEL_SOURCES = ["image", "study"] as const;
export type LabelSource = (typeof LABEL_SOURCES)[number];

/** What a scan reads. */
export interface FactQuery {
  readonly modelId: number;
  /** Ids of the strata to take. */
  readonly strata: readonly number[];
  readonly filter: FactFilter;
  readonly labelSource: LabelSource;
  readonly columns: FactColumns;
  /** Grids are read of predictions with at least this probability; others cannot need theirs. */
  readonly gridFrom: number;
}

/** Blocks of the partition, from the first and up to but not including the last; the last may be Infinity. */
export interface BlockRange {
  readonly from: number;
  readonly to: number;
}

/** The partition with a model's predictions. */
export function partitionOf(modelId: number): string {
  return `prediction_model_${integer(modelId)}`;
}

/** Only digits reach a statement that takes no parameters. */
function integer(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no id`);
  return String(value);
}

/** `from ... where ...` of a scan; tables go by the names prediction, image, study and prediction_cam. */
export function factSource(query: FactQuery, blocks?: BlockRange): string {
  const { filter, labelSource, strata } = query;
  const conditions = filterConditions(filter).sql;
  const joinsStudy = labelSource === "study";
  const joinsImage = joinsStudy || conditions.some((condition) => condition.startsWith("image."));
  return [
    `from ${partitionOf(query.modelId)} as prediction`,
    joinsImage ? "join image on image.id = prediction.image_id" : "",
    joinsStudy ? "join study on study.id = image.study_id" : "",
    query.columns.grid
      ? `left join prediction_cam
           on prediction_cam.model_id = ${integer(query.modelId)} and prediction_cam.image_id = prediction.image_id
              and prediction.probability >= '${query.gridFrom}'::real and not prediction.degenerate`
      : "",
    `where prediction.stratum_id = any ('{${strata.map(integer).join(",")}}'::int[])`,
    ...(blocks === undefined ? [] : blockConditions(blocks)).map((condition) => `and ${condition}`),
    ...conditions.map((condition) => `and ${condition}`),
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function blockConditions({ from, to }: BlockRange): string[] {
  const last = to === Infinity ? [] : [`prediction.ctid < '(${integer(to)},0)'::tid`];
  return [`prediction.ctid >= '(${integer(from)},0)'::tid`, ...last];
}

/** The statement whose output `CopyRows` reads. */
export function copyStatement(query: FactQuery, blocks?: BlockRange): string {
  const { columns, labelSource } = query;
  const fields = [
    labelSource === "study" ? "study.label" : "prediction.label",
    "prediction.probability",
    "prediction.degenerate",
    ...(columns.entropy ? ["prediction.entropy"] : []),
    ...columns.areas.map((area) => `prediction.area_${integer(area)}`),
    ...(columns.grid ? ["prediction_cam.grid"] : []),
  ];
  return `copy (select ${fields.join(", ")}\n${factSource(query, blocks)}) to stdout (format binary)`;
}
