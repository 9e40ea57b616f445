import { loadSql, type Database } from "../db/index.ts";
import { DEFAULT_SHARD_SIZE, type RunPriority } from "../runs/index.ts";

/** A run that was opened for a study. */
export interface StudyRun {
  readonly runId: string;
  readonly studyId: number;
  readonly priority: RunPriority;
}

/** Studies a call takes: a pile that gathered while no scheduler ran is worked off turn by turn. */
const STUDIES_AT_ONCE = 500;

/**
 * Opens a run for every study that is due, of those of its images that its model has neither scored nor quarantined;
 * a study without such images is merely no longer due. A study whose last run is under way stays due until that has
 * ended, so a view is never owed by two runs. Idempotent, and safe from several schedulers at once.
 *
 * @returns the runs opened, which wait to be planned
 */
export async function startDueStudies({ pool }: Database): Promise<StudyRun[]> {
  const { rows } = await pool.query<{ run_id: string; study_id: number; priority: RunPriority }>(
    loadSql("start-due-studies"),
    [STUDIES_AT_ONCE, DEFAULT_SHARD_SIZE],
  );
  return rows.map(({ run_id, study_id, priority }) => ({ runId: run_id, studyId: study_id, priority }));
}
