import { join, resolve } from "node:path";
import { HairlineError } from "@hairline/core/errors";
import { z } from "zod";

const GIBIBYTE = 1024 ** 3;

const ROLES = ["score", "train"] as const;
type WorkerTask = (typeof ROLES)[number];

const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d+$/, "expected a whole number")
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum));

const Environment = z.object({
  HAIRLINE_HOME: z.string().min(1).default(".hairline"),
  /** What this process works on: score, train, or both with a comma. */
  HAIRLINE_QUEUES: z
    .string()
    .default("score")
    .transform((text) => text.split(",").map((name) => name.trim()))
    .pipe(z.array(z.enum(ROLES)).min(1)),
  /** How often a training under way is put by, beside the end of each epoch. */
  HAIRLINE_CHECKPOINT_MS: wholeNumber(0, 24 * 3_600_000).default(60_000),
  /** Largest temporary file of layer3's maps; a 224 px image takes 200 KB. */
  HAIRLINE_TRAINING_CACHE_MAX_BYTES: wholeNumber(1, 2 ** 50).default(16 * GIBIBYTE),
});

export interface TrainingConfig {
  readonly tasks: ReadonlySet<WorkerTask>;
  readonly checkpointMs: number;
  /** Folder of the temporary files of maps. */
  readonly cacheRoot: string;
  readonly maxMapBytes: number;
}

/** @throws HairlineError BAD_CONFIG naming every bad variable at once */
export function loadTrainingConfig(environment: NodeJS.ProcessEnv): TrainingConfig {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success)
    throw new HairlineError("BAD_CONFIG", z.prettifyError(parsed.error), {
      field: parsed.error.issues.map((issue) => issue.path[0]).join(", "),
      remedy: "Correct or unset the variables named.",
    });
  const variables = parsed.data;
  return Object.freeze({
    tasks: new Set(variables.HAIRLINE_QUEUES),
    checkpointMs: variables.HAIRLINE_CHECKPOINT_MS,
    cacheRoot: join(resolve(variables.HAIRLINE_HOME), "cache", "training"),
    maxMapBytes: variables.HAIRLINE_TRAINING_CACHE_MAX_BYTES,
  });
}
