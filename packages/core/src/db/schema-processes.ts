/** drizzle's view of running processes and of what they do again and again; part of core/db/schema. */
import {
  bigint,
  boolean,
  doublePrecision,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";

const int8 = (name: string) => bigint(name, { mode: "number" });
const instant = (name: string) => timestamp(name, { withTimezone: true });
const counter = (name: string) => int8(name).notNull().default(0);

export const worker = pgTable("worker", {
  id: uuid("id").primaryKey(),
  role: text("role", { enum: ["worker-gpu", "scheduler", "api"] }).notNull(),
  host: text("host").notNull(),
  pid: integer("pid").notNull(),
  hairlineVersion: text("hairline_version").notNull(),
  engine: text("engine"),
  engineVersion: text("engine_version"),
  device: text("device"),
  cores: integer("cores"),
  decodeThreads: integer("decode_threads"),
  engines: integer("engines"),
  threadsPerEngine: integer("threads_per_engine"),
  batchSize: integer("batch_size"),
  heartbeatMs: integer("heartbeat_ms").notNull(),
  startedAt: instant("started_at").notNull().defaultNow(),
  seenAt: instant("seen_at").notNull().defaultNow(),
  stoppedAt: instant("stopped_at"),
  images: counter("images"),
  imagesPerSecond: doublePrecision("images_per_second"),
  runId: uuid("run_id"),
  shardOrdinal: integer("shard_ordinal"),
});

export const schedule = pgTable("schedule", {
  name: text("name").primaryKey(),
  cron: text("cron").notNull(),
  timeZone: text("time_zone").notNull(),
  task: text("task").notNull(),
  payload: jsonb("payload").notNull().default({}),
  enabled: boolean("enabled").notNull().default(true),
  nextDueAt: instant("next_due_at"),
  createdAt: instant("created_at").notNull().defaultNow(),
  updatedAt: instant("updated_at").notNull().defaultNow(),
});

export const scheduleFiring = pgTable(
  "schedule_firing",
  {
    schedule: text("schedule")
      .notNull()
      .references(() => schedule.name, { onDelete: "cascade" }),
    dueAt: instant("due_at").notNull(),
    manual: boolean("manual").notNull().default(false),
    task: text("task").notNull(),
    payload: jsonb("payload").notNull(),
    state: text("state", { enum: ["queued", "running", "completed", "failed"] })
      .notNull()
      .default("queued"),
    createdAt: instant("created_at").notNull().defaultNow(),
    startedAt: instant("started_at"),
    finishedAt: instant("finished_at"),
    errorCode: text("error_code"),
    result: jsonb("result"),
  },
  (table) => [primaryKey({ columns: [table.schedule, table.dueAt] })],
);
