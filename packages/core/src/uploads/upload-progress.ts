import { loadSql, type Database } from "../db/index.ts";

export const UPLOAD_STATES = ["waiting", "queued", "scored", "stopped"] as const;

/**
 * waiting: for views, or for the quiet period to end; queued: due, or a run is under way; scored: every view has facts
 * or a code; stopped: its run failed or was cancelled, and completing the study starts another.
 */
export type UploadState = (typeof UPLOAD_STATES)[number];

/** How far an uploaded study is, by its dataset's model. */
export interface UploadProgress {
  readonly state: UploadState;
  readonly model: string;
  readonly images: number;
  readonly scored: number;
  readonly quarantined: number;
  readonly expectedViews: number | null;
  readonly completedAt: Date | null;
  /** When it is scored unless another view comes; null while nothing is owed. */
  readonly dueAt: Date | null;
  readonly runId: string | null;
  /** Why the last run failed. */
  readonly errorCode: string | null;
}

/** @returns undefined for a study that was not uploaded */
export async function readUploadProgress(
  { pool }: Database,
  studyId: number,
): Promise<UploadProgress | undefined> {
  const { rows } = await pool.query<UploadProgress>(loadSql("upload-progress"), [studyId]);
  return rows[0];
}
