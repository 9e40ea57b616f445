import { z } from "zod";
import { PROMOTION_RULE } from "../comparison/promotion-rule.ts";

const splits = z.array(z.string().min(1)).min(1);

/** What a nightly retraining is given: by the payload of its schedule. */
export const RETRAINING_SETTINGS = z
  .strictObject({
    dataset: z.string().min(1),
    /** Fewer labels since the last training are not worth one. */
    minNewLabels: z.int().min(1).default(200),
    /** Named, so that no image of the other splits is ever trained on. */
    trainingSplits: splits,
    /** Judge the epochs, and fit the calibrator. */
    validationSplits: splits,
    /** Compare the two models; certify, where the champion's policy was certified on them. */
    certificationSplits: splits,
    /** As Recipe of @hairline/model/train; null: the recipe the champion was trained with, else its defaults. */
    recipe: z.record(z.string(), z.unknown()).nullable().default(null),
    calibrationMethod: z.enum(["temperature", "platt", "beta", "isotonic"]).default("platt"),
    rule: PROMOTION_RULE.prefault({}),
    /** False: compare and report, but leave the promotion to a person. */
    promote: z.boolean().default(true),
  })
  .refine(
    ({ trainingSplits, validationSplits, certificationSplits }) =>
      new Set([...trainingSplits, ...validationSplits, ...certificationSplits]).size ===
      trainingSplits.length + validationSplits.length + certificationSplits.length,
    { error: "a split has two uses", path: ["certificationSplits"] },
  );
export type RetrainingSettings = z.infer<typeof RETRAINING_SETTINGS>;
