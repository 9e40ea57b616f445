/** drizzle's view of uploads; part of core/db/schema. */
import { sql } from "drizzle-orm";
import { bigint, integer, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";

const int8 = (name: string) => bigint(name, { mode: "number" });
const instant = (name: string) => timestamp(name, { withTimezone: true });

export const uploadDataset = pgTable("upload_dataset", {
  id: int8("id").primaryKey(),
  modelId: integer("model_id").notNull(),
  quietMs: integer("quiet_ms").notNull(),
  createdBy: text("created_by").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});

export const uploadedStudy = pgTable("uploaded_study", {
  studyId: int8("study_id").primaryKey(),
  expectedViews: integer("expected_views"),
  createdBy: text("created_by").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});

export const uploadDraft = pgTable(
  "upload_draft",
  {
    uploadId: uuid("upload_id").notNull(),
    root: text("root").notNull(),
    objectKey: text("object_key").notNull(),
    startedAt: instant("started_at")
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [primaryKey({ columns: [table.uploadId, table.objectKey] })],
);
