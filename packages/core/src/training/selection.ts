import { z } from "zod";

/** Which labelled images of a dataset a training uses; stored with it. */
export const TrainingSelection = z.strictObject({
  /** Splits to train on; null takes every image that is not held out. */
  trainingSplits: z.array(z.string().min(1)).min(1).nullable().default(null),
  /** Splits to judge the epochs on; null holds out patients of those to train on. */
  validationSplits: z.array(z.string().min(1)).min(1).nullable().default(null),
  bodyParts: z.array(z.string().min(1)).min(1).nullable().default(null),
  /** Only images known to show hardware, or known not to. */
  hardware: z.boolean().nullable().default(null),
  /** Only images imported at this instant or later, or before; ISO 8601. */
  importedFrom: z.iso.datetime().nullable().default(null),
  importedBefore: z.iso.datetime().nullable().default(null),
  /** Whether reviewers' verdicts stand before the archive's labels. */
  verdicts: z.boolean().default(true),
});
export type TrainingSelection = z.infer<typeof TrainingSelection>;
