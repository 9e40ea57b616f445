import type { Database } from "../db/index.ts";

/** Something done that is no insert into an audited table, such as cancelling a run. */
export interface AuditEvent {
  /** Such as run.cancelled. */
  readonly action: string;
  readonly subject: string;
  readonly before?: Readonly<Record<string, unknown>> | undefined;
  readonly after?: Readonly<Record<string, unknown>> | undefined;
}

/** Writes one entry, put down to whom the database was opened for (`actAs`). */
export async function writeAudit({ pool }: Database, event: AuditEvent): Promise<void> {
  const json = (value: Readonly<Record<string, unknown>> | undefined): string | null =>
    value === undefined ? null : JSON.stringify(value);
  await pool.query(
    `insert into audit_entry (actor, action, subject, before, after, request_id)
     values (audit_actor(null), $1, $2, $3, $4, nullif(current_setting('hairline.request_id', true), ''))`,
    [event.action, event.subject, json(event.before), json(event.after)],
  );
}
