import { inTransaction, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { touchStudy } from "../study-timers/index.ts";
import type { PlacedImage } from "./place-image.ts";
import { studyNotFound, type UploadTarget } from "./uploaded-study.ts";

export interface UploadCommit {
  readonly target: UploadTarget;
  readonly uploadId: string;
  /** What placeImage stored for this upload. */
  readonly placed: readonly PlacedImage[];
  /** Files that were no news, and files that were refused. */
  readonly duplicates: number;
  readonly rejected: number;
}

/**
 * Makes the images of an upload views of their study, all at once, and sets its timer.
 *
 * @param acting opened for the uploader, whom the audit log names
 * @returns the new images' ids by object key; one that another upload brought meanwhile is missing
 * @throws HairlineError STUDY_NOT_FOUND when the study was deleted meanwhile
 */
export function commitUpload(acting: Database, upload: UploadCommit): Promise<Map<string, number>> {
  const { target, uploadId, placed } = upload;
  return inTransaction(acting.pool, async (client) => {
    const drafts = await client.query("delete from upload_draft where upload_id = $1", [uploadId]);
    if (drafts.rowCount !== placed.length)
      throw new HairlineError("INTERNAL", "The upload took so long that its files were cleaned up.", {
        remedy: "Send it again in smaller parts.",
      });
    const study = await client.query("select from study where id = $1 for key share", [target.studyId]);
    if (study.rowCount === 0) throw studyNotFound("it was deleted meanwhile");
    const { rows } = await client.query<{ id: number; object_key: string }>(
      `insert into image (dataset_id, study_id, object_key, byte_size, modified_at, content_hash)
       select $1, $2, object_key, byte_size, modified_at, content_hash
       from unnest($3::text[], $4::bigint[], $5::timestamptz[], $6::bytea[])
         as placed (object_key, byte_size, modified_at, content_hash)
       on conflict (dataset_id, object_key) do nothing
       returning id, object_key`,
      [
        target.datasetId,
        target.studyId,
        placed.map(({ objectKey }) => objectKey),
        placed.map(({ stat }) => stat.byteSize),
        placed.map(({ stat }) => stat.modifiedAt),
        placed.map(({ sha256 }) => sha256),
      ],
    );
    if (rows.length > 0) {
      const { studyId, modelId, quietMs, expectedViews } = target;
      await touchStudy(client, { studyId, modelId, quietMs, expectedViews: expectedViews ?? undefined });
    }
    const counts = {
      stored: rows.length,
      duplicates: upload.duplicates + placed.length - rows.length,
      rejected: upload.rejected,
    };
    await client.query(
      `insert into audit_entry (actor, action, subject, after, request_id)
       values (audit_actor(null), 'study.uploaded', $1, $2, nullif(current_setting('hairline.request_id', true), ''))`,
      [String(target.studyId), JSON.stringify(counts)],
    );
    return new Map(rows.map(({ id, object_key }) => [object_key, id]));
  });
}
