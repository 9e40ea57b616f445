import type { RankableMetric, SweepGridText } from "@hairline/core/triage";
import type { Command } from "commander";

/** What configs can be ranked by, as it is written. */
export const RANKINGS = {
  overall_accuracy: "overallAccuracy",
  accuracy: "accuracy",
  precision: "precision",
  recall: "recall",
  f1: "f1",
  coverage: "coverage",
} as const satisfies Record<string, RankableMetric>;

/** The axes of a grid of policies. */
export function addGridOptions(command: Command, defaults: SweepGridText): Command {
  return command
    .option("--p-low <values>", "start:end:step, or a list", defaults.pLow)
    .option("--entropy-max <values>", "the same, in nats; none leaves the gate out", defaults.entropyMax)
    .option(
      "--area-max <values>",
      "the same, as a share of cells; none leaves the gate out",
      defaults.areaMax,
    )
    .option("--alpha <values>", "the same, as a share of the CAM's maximum", defaults.alpha);
}
