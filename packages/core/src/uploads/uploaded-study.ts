import { randomUUID } from "node:crypto";
import type pg from "pg";
import { inTransaction, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { completeStudy } from "../study-timers/index.ts";
import { readUploadDataset, type UploadDataset } from "./upload-dataset.ts";

export interface NewUploadedStudy {
  readonly dataset: string;
  /** The uploader's reference of the study; made up when left out. */
  readonly studyKey?: string | undefined;
  /** The uploader's reference of the patient: opaque, and best a pseudonym. */
  readonly patientKey?: string | undefined;
  readonly bodyPart?: string | undefined;
  /** In [1, 10,000]. */
  readonly expectedViews?: number | undefined;
  readonly by: string;
}

/** A study that views are uploaded into, and where they go. */
export interface UploadTarget extends UploadDataset {
  readonly studyId: number;
  readonly expectedViews: number | null;
}

interface StudyRow {
  readonly id: number;
  readonly patient_key: string | null;
  readonly body_part: string | null;
}

/**
 * The study of that key, made when there is none; what is said of it is kept, and what was not known is added.
 *
 * @returns created: false when it was there
 * @throws HairlineError DATASET_NOT_FOUND, BAD_ARGUMENT; STUDY_CONFLICT when another patient or body part is on record
 */
export async function openUploadedStudy(
  database: Database,
  asked: NewUploadedStudy,
): Promise<{ readonly studyId: number; readonly created: boolean }> {
  const { datasetId } = await readUploadDataset(database, asked.dataset);
  const { studyKey = randomUUID(), patientKey = null, bodyPart = null } = asked;
  return inTransaction(database.pool, async (client) => {
    const inserted = await client.query<StudyRow>(
      `insert into study (dataset_id, study_key, patient_key, body_part) values ($1, $2, $3, $4)
       on conflict (dataset_id, study_key) do nothing
       returning id`,
      [datasetId, studyKey, patientKey, bodyPart],
    );
    const created = inserted.rows[0] !== undefined;
    const studyId = inserted.rows[0]?.id ?? (await agree(client, { ...asked, datasetId, studyKey }));
    await client.query(
      `insert into uploaded_study (study_id, expected_views, created_by) values ($1, $2, $3)
       on conflict (study_id) do update
       set expected_views = coalesce(excluded.expected_views, uploaded_study.expected_views)`,
      [studyId, asked.expectedViews ?? null, asked.by],
    );
    return { studyId, created };
  });
}

/** Holds what is said of a study against what is on record. @returns its id */
async function agree(
  client: pg.ClientBase,
  asked: NewUploadedStudy & { readonly datasetId: number },
): Promise<number> {
  const { rows } = await client.query<StudyRow>(
    "select id, patient_key, body_part from study where dataset_id = $1 and study_key = $2 for update",
    [asked.datasetId, asked.studyKey],
  );
  const [found] = rows;
  if (found === undefined) throw studyNotFound("it was deleted");
  requireSame("patientKey", found.patient_key, asked.patientKey);
  requireSame("bodyPart", found.body_part, asked.bodyPart);
  if (
    found.patient_key !== (asked.patientKey ?? found.patient_key) ||
    found.body_part !== (asked.bodyPart ?? found.body_part)
  )
    await client.query(
      "update study set patient_key = coalesce($2, patient_key), body_part = coalesce($3, body_part) where id = $1",
      [found.id, asked.patientKey ?? null, asked.bodyPart ?? null],
    );
  return found.id;
}

/** The values are not told: they may name a patient. */
function requireSame(field: string, stored: string | null, given: string | undefined): void {
  if (given === undefined || stored === null || stored === given) return;
  throw new HairlineError("STUDY_CONFLICT", `Another ${field} is on record for the study of this key.`, {
    field,
    remedy: "Check the study's key; leave the field out to add views.",
  });
}

/** @throws HairlineError STUDY_NOT_FOUND, also for a study of a dataset that takes no uploads */
export async function readUploadTarget({ pool }: Database, studyId: number): Promise<UploadTarget> {
  const { rows } = await pool.query<UploadTarget>(
    `select study.id as "studyId", dataset.id as "datasetId", dataset.name as dataset, dataset.root,
            model.id as "modelId", model.name as model, upload_dataset.quiet_ms as "quietMs",
            uploaded_study.expected_views as "expectedViews"
     from study
     join uploaded_study on uploaded_study.study_id = study.id
     join dataset on dataset.id = study.dataset_id
     join upload_dataset on upload_dataset.id = dataset.id
     join model on model.id = upload_dataset.model_id
     where study.id = $1`,
    [studyId],
  );
  if (rows[0] !== undefined) return rows[0];
  throw studyNotFound(`no study ${studyId} takes uploads`);
}

/**
 * Notes that all views of a study are there: it is scored at once. Again after that it does no harm.
 *
 * @throws HairlineError STUDY_NOT_FOUND
 */
export async function completeUploadedStudy(database: Database, studyId: number): Promise<void> {
  const { modelId } = await readUploadTarget(database, studyId);
  await completeStudy(database.pool, { studyId, modelId });
}

export function studyNotFound(reason: string): HairlineError {
  return new HairlineError("STUDY_NOT_FOUND", `There is no such study: ${reason}.`, {
    field: "study",
    remedy: "Make the study first; its dataset must be one for uploads.",
  });
}
