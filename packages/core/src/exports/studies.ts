import { readStudies, type StudyRequest } from "../analysis/index.ts";
import { POOLINGS, STUDY_RULES } from "../pooling/index.ts";
import { type Export, type ExportCell, type ExportTable, SHARED_COLUMNS } from "./export-table.ts";

const POOLED = {
  mean: "Mean of the views' probabilities, in [0, 1].",
  max: "Highest of the views' probabilities, in [0, 1].",
  min: "Lowest of the views' probabilities, in [0, 1].",
  noisy_or: "1 - product of (1 - p) over the views, in [0, 1].",
} as const;

export const STUDIES_TABLE: ExportTable = {
  name: "studies",
  description: "Each study with a scored image under one policy, by every rule; by study key.",
  columns: [
    SHARED_COLUMNS.study,
    SHARED_COLUMNS.patientNumber,
    SHARED_COLUMNS.bodyPart,
    SHARED_COLUMNS.split,
    {
      name: "label",
      type: "integer",
      nullable: true,
      description:
        "1 when any image is labelled 1, 0 when all labelled ones are 0, null when none is labelled.",
    },
    { name: "images", type: "integer", nullable: false, description: "Images of the study, scored or not." },
    {
      name: "views",
      type: "integer",
      nullable: false,
      description: "Images scored, and taken by the filter.",
    },
    ...POOLINGS.map((pooling) => ({
      name: `probability_${pooling}`,
      type: "real" as const,
      nullable: false,
      description: POOLED[pooling],
    })),
    ...STUDY_RULES.map((rule) => ({
      name: `outcome_${rule}`,
      type: "text" as const,
      nullable: false,
      description:
        rule === "views"
          ? "positive when any view is, else inconclusive when any view is, else negative."
          : `The triage rule on probability_${rule} and the CAM of the view with the highest probability.`,
    })),
  ],
};

/**
 * Each study's readings under a policy, streamed from one snapshot.
 *
 * @throws HairlineError as `readStudies`, while rows are read
 */
export function exportStudies(request: StudyRequest): Export {
  async function* rows(): AsyncGenerator<ExportCell[]> {
    for await (const study of readStudies(request)) {
      yield [
        study.studyKey,
        study.cluster,
        study.bodyPart,
        study.split,
        study.label,
        study.images,
        study.views,
        ...POOLINGS.map((pooling) => study.probability[pooling]),
        ...STUDY_RULES.map((rule) => study.outcome[rule]),
      ];
    }
  }
  return { table: STUDIES_TABLE, rows: rows() };
}
