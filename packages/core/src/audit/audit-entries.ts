import type { Database } from "../db/index.ts";

/** One change on record. */
export interface AuditEntry {
  readonly id: number;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly requestId: string | null;
}

export interface AuditQuery {
  /** Only entries older than this one. */
  readonly beforeId?: number | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly subject?: string | undefined;
  readonly limit: number;
}

/** Entries of the audit log, the latest first. */
export async function listAuditEntries({ pool }: Database, query: AuditQuery): Promise<AuditEntry[]> {
  const { rows } = await pool.query<AuditEntry>(
    `select id, at, actor, action, subject, before, after, request_id as "requestId"
     from audit_entry
     where ($1::bigint is null or id < $1) and ($2::text is null or actor = $2)
       and ($3::text is null or action = $3) and ($4::text is null or subject = $4)
     order by id desc
     limit $5`,
    [query.beforeId ?? null, query.actor ?? null, query.action ?? null, query.subject ?? null, query.limit],
  );
  return rows;
}
