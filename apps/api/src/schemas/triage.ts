import { OUTCOMES, TRIAGE_REASONS } from "@hairline/core/triage";
import { z } from "zod";
import { Name } from "./page.ts";

export const OutcomeName = z.enum(OUTCOMES);
export const ReasonName = z.enum(TRIAGE_REASONS);

/** Thresholds of the triage rule. */
export const Thresholds = z
  .object({
    pLow: z.number().min(0).max(1).describe("A probability below it is negative."),
    entropyMax: z
      .number()
      .min(0)
      .nullable()
      .describe("CAM entropy a positive may have at most, in nats; null for no gate."),
    areaMax: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe("CAM area a positive may have at most; null for no gate."),
    alpha: z.number().min(0).lt(1).describe("Share of the CAM's maximum above which a cell counts as area."),
  })
  .meta({ id: "Thresholds" });

/** The policy that outcomes of an answer are under. */
export const AppliedPolicy = z
  .object({
    policy: z.string().nullable().describe("name@version; null for thresholds given in the query."),
    thresholds: Thresholds,
  })
  .meta({ id: "AppliedPolicy" });

/** Query fields that choose how images are read. */
export const READING_QUERY = {
  model: Name.optional().describe("Whose facts; the only model that scored the dataset when left out."),
  policy: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe(
      "name, name@version, or thresholds such as p_low=0.22,entropy_max=1.5. The policy in force when left out; " +
        "without one, outcomes are null.",
    ),
};
