/** drizzle's view of what the API keeps; part of core/db/schema. */
import { sql } from "drizzle-orm";
import {
  bigint,
  customType,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";

const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });
const int8 = (name: string) => bigint(name, { mode: "number" });
const instant = (name: string) => timestamp(name, { withTimezone: true });

export const apiKey = pgTable("api_key", {
  id: int8("id").primaryKey().generatedAlwaysAsIdentity(),
  name: text("name").notNull().unique(),
  prefix: text("prefix").notNull().unique(),
  secretSha256: bytea("secret_sha256").notNull(),
  scopes: text("scopes").array().notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
  createdBy: text("created_by"),
  expiresAt: instant("expires_at"),
  revokedAt: instant("revoked_at"),
  revokedBy: text("revoked_by"),
  lastUsedAt: instant("last_used_at"),
});

export const auditEntry = pgTable("audit_entry", {
  id: int8("id").primaryKey().generatedAlwaysAsIdentity(),
  at: instant("at")
    .notNull()
    .default(sql`clock_timestamp()`),
  actor: text("actor").notNull(),
  action: text("action").notNull(),
  subject: text("subject").notNull(),
  before: jsonb("before"),
  after: jsonb("after"),
  requestId: text("request_id"),
});

export const idempotencyKey = pgTable(
  "idempotency_key",
  {
    actor: text("actor").notNull(),
    key: text("key").notNull(),
    requestSha256: bytea("request_sha256").notNull(),
    lockedAt: instant("locked_at")
      .notNull()
      .default(sql`clock_timestamp()`),
    expiresAt: instant("expires_at").notNull(),
    status: smallint("status"),
    location: text("location"),
    body: text("body"),
  },
  (table) => [primaryKey({ columns: [table.actor, table.key] })],
);

export const importRequest = pgTable("import_request", {
  id: uuid("id").primaryKey(),
  path: text("path").notNull(),
  name: text("name"),
  root: text("root"),
  layout: text("layout", { enum: ["mura", "manifest", "folder"] }),
  columns: jsonb("columns").notNull().default({}),
  state: text("state", { enum: ["queued", "running", "completed", "failed"] })
    .notNull()
    .default("queued"),
  entries: int8("entries").notNull().default(0),
  report: jsonb("report"),
  errorCode: text("error_code"),
  errorMessage: text("error_message"),
  importId: uuid("import_id"),
  requestedBy: text("requested_by").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
  startedAt: instant("started_at"),
  finishedAt: instant("finished_at"),
});

export const studyVerdict = pgTable("study_verdict", {
  id: int8("id").primaryKey().generatedAlwaysAsIdentity(),
  studyId: int8("study_id").notNull(),
  verdict: smallint("verdict").notNull(),
  reviewer: text("reviewer").notNull(),
  note: text("note"),
  modelId: integer("model_id"),
  policyId: integer("policy_id"),
  outcomeSeen: text("outcome_seen", { enum: ["negative", "positive", "inconclusive"] }),
  createdAt: instant("created_at").notNull().defaultNow(),
});
