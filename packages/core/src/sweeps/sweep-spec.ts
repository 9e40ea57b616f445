import { createHash } from "node:crypto";
import { HairlineError } from "../errors.ts";
import { canonicalFilter, type FactFilter, type LabelSource } from "../facts/index.ts";
import type { StudyRule } from "../pooling/index.ts";
import type { Level } from "../policies/index.ts";
import { configCount, type SweepGrid } from "../triage/index.ts";

/** What a stored sweep asks, by name. */
export interface SweepSpec {
  readonly dataset: string;
  /** The only model with predictions of the dataset when left out. */
  readonly model?: string | undefined;
  readonly grid: SweepGrid;
  readonly filter?: FactFilter | undefined;
  /** Default image. */
  readonly level?: Level | undefined;
  /** How a study is read from its views, at study level. Default views. */
  readonly studyRule?: StudyRule | undefined;
  /** Whose label an image is compared with. Default image, and study at study level. */
  readonly labelSource?: LabelSource | undefined;
  /** `name` or `name@version` of the calibrator whose scale p_low is on; the raw scale when left out. */
  readonly calibrator?: string | undefined;
}

/** What a stored sweep asks, as its row has it. */
export interface ResolvedSpec {
  readonly datasetId: number;
  readonly modelId: number;
  readonly level: Level;
  readonly studyRule: StudyRule | null;
  readonly labelSource: LabelSource;
  readonly calibratorId: number | null;
  readonly grid: SweepGrid;
  readonly filter: FactFilter;
}

/** @throws HairlineError BAD_THRESHOLD or BAD_ARGUMENT for the grid; BAD_ARGUMENT for what a level cannot do */
export function resolveSpec(
  spec: SweepSpec,
  ids: Pick<ResolvedSpec, "datasetId" | "modelId" | "calibratorId">,
): ResolvedSpec {
  configCount(spec.grid);
  const { level = "image", filter = {} } = spec;
  const labelSource = spec.labelSource ?? level;
  if (level === "study") requireStudyLabels(labelSource);
  return {
    ...ids,
    level,
    studyRule: level === "study" ? (spec.studyRule ?? "views") : null,
    labelSource,
    grid: spec.grid,
    filter,
  };
}

function requireStudyLabels(labelSource: LabelSource): void {
  if (labelSource === "study") return;
  throw new HairlineError("BAD_ARGUMENT", "Studies are compared with their own labels.", {
    field: "label-source",
    remedy: "Leave the label source out at study level.",
  });
}

/** SHA-256, in hex, of all that the answer depends on besides the facts. */
export function specHash(spec: ResolvedSpec): string {
  const { datasetId, modelId, level, studyRule, labelSource, calibratorId, grid } = spec;
  const asked = [
    [datasetId, modelId, level, studyRule, labelSource, calibratorId],
    [grid.pLow, grid.entropyMax, grid.areaMax, grid.alpha],
    canonicalFilter(spec.filter),
  ];
  return createHash("sha256").update(JSON.stringify(asked)).digest("hex");
}
