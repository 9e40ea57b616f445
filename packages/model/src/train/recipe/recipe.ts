import { z } from "zod";

const positive = z.number().positive();
const share = z.number().min(0).max(1);

/** Random changes of training images, each drawn anew for every image and epoch. 0 or false leaves one out. */
export const Augmentation = z.strictObject({
  /** Mirrored left to right with probability 1/2. */
  flip: z.boolean().default(false),
  /** Largest rotation either way, degrees. */
  rotationDegrees: z.number().min(0).max(180).default(0),
  /** Largest shift either way, as a share of the side. */
  shift: share.default(0),
  /** Largest change of contrast either way: 0.2 draws a factor in [0.8, 1.2]. */
  contrast: z.number().min(0).max(0.9).default(0),
});

/**
 * How a network is trained. The defaults are the recipe of the original FractureNet training; what it did not have
 * is off. Unknown fields are refused, so that a misspelt one is not silently the default.
 */
export const Recipe = z.strictObject({
  /** Full: every layer. layer4: the last block and the linear unit on stored maps. head: the linear unit alone. */
  stage: z.enum(["full", "layer4", "head"]).default("full"),
  learningRate: positive.max(1).default(3e-5),
  weightDecay: z.number().min(0).max(1).default(1e-4),
  batchSize: z.int().min(2).max(1024).default(32),
  epochs: z.int().min(1).max(10_000).default(100),
  /** What a positive counts: `balanced` is negatives / positives of the training images. */
  positiveWeight: z.union([z.literal("balanced"), positive]).default("balanced"),
  /** Epochs without a better validation loss before it ends, and what counts as better. */
  patience: z.int().min(1).default(10),
  minDelta: z.number().min(0).default(1e-4),
  seed: z.int().min(0).max(0xffff_ffff).default(42),
  /** `auto`: frozen where the weights come from somewhere, the batch's own when training from scratch. */
  batchNorm: z.enum(["auto", "frozen", "batch"]).default("auto"),
  /** Steps over which the learning rate rises from 0, as a share of all. */
  warmup: share.default(0),
  /** `cosine` falls to 0 at the end of the last epoch. */
  schedule: z.enum(["constant", "cosine"]).default("constant"),
  clipNorm: positive.optional(),
  /** Decay per step of the moving average of the weights that is validated and kept instead of the last ones. */
  averageDecay: z.number().min(0).lt(1).optional(),
  /** `shuffled`, or `mixed`: every batch draws evenly from the body parts. */
  sampling: z.enum(["shuffled", "mixed"]).default("shuffled"),
  augmentation: Augmentation.prefault({}),
  /** Share of the patients held out for validation where the dataset names no split for it. */
  validationShare: z.number().min(0.05).max(0.5).default(0.2),
});

export type Recipe = z.infer<typeof Recipe>;
export type Augmentation = z.infer<typeof Augmentation>;
