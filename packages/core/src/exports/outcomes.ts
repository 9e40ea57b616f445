import { triageImages, type TriageRequest } from "../readings/index.ts";
import { OUTCOMES, TRIAGE_REASONS } from "../triage/index.ts";
import { type Export, type ExportCell, type ExportTable, SHARED_COLUMNS } from "./export-table.ts";

export const OUTCOMES_TABLE: ExportTable = {
  name: "outcomes",
  description: "Each scored image under one policy; by image path.",
  columns: [
    SHARED_COLUMNS.image,
    SHARED_COLUMNS.study,
    SHARED_COLUMNS.patientNumber,
    SHARED_COLUMNS.bodyPart,
    SHARED_COLUMNS.split,
    SHARED_COLUMNS.label,
    SHARED_COLUMNS.probability,
    {
      name: "calibrated_probability",
      type: "double",
      nullable: true,
      description: "The probability through the policy's calibrator; null for a policy without one.",
    },
    SHARED_COLUMNS.entropy,
    {
      name: "area",
      type: "real",
      nullable: true,
      description:
        "CAM area at the policy's alpha, in [0, 1]; null as entropy, and for a policy without an area gate.",
    },
    SHARED_COLUMNS.degenerate,
    {
      name: "outcome",
      type: "text",
      nullable: false,
      description: `${OUTCOMES.join(", ")}; inconclusive abstains.`,
    },
    {
      name: "reason",
      type: "text",
      nullable: false,
      description: `What decided: ${TRIAGE_REASONS.join(", ")}.`,
    },
    {
      name: "threshold",
      type: "text",
      nullable: false,
      description:
        "The threshold that decided, or that a positive is nearest to: p_low, entropy_max, area_max.",
    },
    {
      name: "margin",
      type: "double",
      nullable: true,
      description:
        "Distance inside (0 or more) or outside (below 0) that threshold, in its unit; null without a fact.",
    },
  ],
};

export interface OutcomesRequest extends TriageRequest {
  /** A stored probability to a calibrated one. */
  readonly calibrate?: ((probability: number) => number) | undefined;
}

/**
 * Each image's outcome under a policy, streamed from one snapshot.
 *
 * @throws HairlineError as `triageImages`, while rows are read
 */
export function exportOutcomes(request: OutcomesRequest): Export {
  const { calibrate } = request;
  async function* rows(): AsyncGenerator<ExportCell[]> {
    for await (const image of triageImages(request)) {
      yield [
        image.objectKey,
        image.studyKey,
        image.cluster,
        image.bodyPart,
        image.split,
        image.label,
        image.probability,
        calibrate === undefined ? null : calibrate(Math.fround(image.probability)),
        image.entropy,
        image.area,
        image.degenerate,
        image.outcome,
        image.reason,
        image.threshold,
        image.margin,
      ];
    }
  }
  return { table: OUTCOMES_TABLE, rows: rows() };
}
