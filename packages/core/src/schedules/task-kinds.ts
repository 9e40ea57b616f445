import { z } from "zod";
import { DRIFT_SETTINGS } from "../drift-checks/index.ts";
import { HairlineError } from "../errors.ts";
import { RETRAINING_SETTINGS } from "../retraining/settings.ts";

const days = z.int().min(1).max(36_500);

/**
 * The kinds of task a schedule may name, each with what it is given. The scheduler has a handler for every one of
 * them; a new kind does not compile until it does.
 */
export const TASK_KINDS = {
  /** Compares every rollup with a scan of its predictions; a wrong one is counted anew when `repair` is set. */
  "rollup-check": z.strictObject({ repair: z.boolean().default(true) }),
  /** Deletes ended sweeps and firings older than so many days. Facts, labels, policies and runs are never deleted. */
  retention: z.strictObject({ sweepDays: days.default(90), firingDays: days.default(90) }),
  /** Opens a retraining of a dataset's champion when enough labels have come; the scheduler takes it from there. */
  retraining: RETRAINING_SETTINGS,
  /** Compares each run that ended since the last time with a reference. */
  drift: DRIFT_SETTINGS,
} as const;

export type TaskKind = keyof typeof TASK_KINDS;
export type TaskPayload<Kind extends TaskKind> = z.infer<(typeof TASK_KINDS)[Kind]>;

/** @throws HairlineError TASK_UNKNOWN */
export function parseTaskKind(text: string): TaskKind {
  if (Object.hasOwn(TASK_KINDS, text)) return text as TaskKind;
  throw new HairlineError("TASK_UNKNOWN", `There is no task ${text}.`, {
    field: "task",
    remedy: `Give one of ${Object.keys(TASK_KINDS).join(", ")}.`,
  });
}

/** What a task is given, with its defaults filled in. @throws HairlineError BAD_ARGUMENT */
export function parseTaskPayload<Kind extends TaskKind>(kind: Kind, raw: unknown): TaskPayload<Kind> {
  const parsed = TASK_KINDS[kind].safeParse(raw);
  if (parsed.success) return parsed.data as TaskPayload<Kind>;
  throw new HairlineError("BAD_ARGUMENT", `${kind}: ${z.prettifyError(parsed.error)}`, {
    field: parsed.error.issues[0]?.path.join(".") || "payload",
    remedy: "Correct the payload of the schedule.",
  });
}
