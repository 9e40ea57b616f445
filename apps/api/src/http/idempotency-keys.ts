import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";

export interface IdempotentRequest {
  readonly actor: string;
  readonly key: string;
  /** SHA-256 of what was asked. */
  readonly requestHash: Buffer;
}

export interface KeptAnswer {
  readonly status: number;
  readonly location: string | null;
  readonly body: string | null;
}

interface KeptRow {
  readonly request_sha256: Buffer;
  readonly status: number | null;
  readonly location: string | null;
  readonly body: string | null;
}

/** A request under way longer than this died with its process. */
const LOCK_SECONDS = 60;

/**
 * Claims a key for a request.
 *
 * @returns the answer of the first such request; undefined when this one is to be carried out
 * @throws HairlineError IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS
 */
export async function claimKey(
  { pool }: Database,
  { actor, key, requestHash }: IdempotentRequest,
): Promise<KeptAnswer | undefined> {
  await pool.query("delete from idempotency_key where expires_at < now()");
  const claimed = await pool.query(
    `insert into idempotency_key (actor, key, request_sha256, expires_at)
     values ($1, $2, $3, now() + interval '1 day')
     on conflict (actor, key) do update set locked_at = clock_timestamp()
     where idempotency_key.status is null and idempotency_key.request_sha256 = excluded.request_sha256
       and idempotency_key.locked_at < clock_timestamp() - make_interval(secs => $4)`,
    [actor, key, requestHash, LOCK_SECONDS],
  );
  if (claimed.rowCount === 1) return undefined;
  const { rows } = await pool.query<KeptRow>(
    "select request_sha256, status, location, body from idempotency_key where actor = $1 and key = $2",
    [actor, key],
  );
  return answerOf(rows[0], requestHash);
}

function answerOf(row: KeptRow | undefined, requestHash: Buffer): KeptAnswer {
  if (row !== undefined && !row.request_sha256.equals(requestHash)) {
    throw new HairlineError("IDEMPOTENCY_KEY_REUSED", "Another request was sent with this Idempotency-Key.", {
      field: "Idempotency-Key",
      remedy: "Use a new key for each new request.",
    });
  }
  // Without a row, the first request failed between the two statements.
  if (row === undefined || row.status === null) {
    throw new HairlineError(
      "IDEMPOTENCY_IN_PROGRESS",
      "The first request with this key is still under way.",
      {
        field: "Idempotency-Key",
        remedy: "Send it again after a moment.",
      },
    );
  }
  return { status: row.status, location: row.location, body: row.body };
}

export async function storeAnswer(
  { pool }: Database,
  { actor, key }: IdempotentRequest,
  answer: KeptAnswer,
): Promise<void> {
  await pool.query(
    "update idempotency_key set status = $3, location = $4, body = $5 where actor = $1 and key = $2",
    [actor, key, answer.status, answer.location, answer.body],
  );
}

/** Lets a request that failed be sent again under its key. */
export async function releaseKey({ pool }: Database, { actor, key }: IdempotentRequest): Promise<void> {
  await pool.query("delete from idempotency_key where actor = $1 and key = $2 and status is null", [
    actor,
    key,
  ]);
}
