export { type Actor, actAs, type ActingDatabase } from "./acting.ts";
export { listAuditEntries, type AuditEntry, type AuditQuery } from "./audit-entries.ts";
export { writeAudit, type AuditEvent } from "./write-audit.ts";
