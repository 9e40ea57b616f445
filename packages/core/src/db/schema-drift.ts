/** drizzle's view of drift checks; part of core/db/schema. */
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  timestamp,
} from "drizzle-orm/pg-core";

const int8 = (name: string) => bigint(name, { mode: "number" });
const instant = (name: string) => timestamp(name, { withTimezone: true });

export const predictionQuality = pgTable(
  "prediction_quality",
  {
    modelId: integer("model_id").notNull(),
    imageId: int8("image_id").notNull(),
    brightness: real("brightness").notNull(),
    contrast: real("contrast").notNull(),
    border: real("border").notNull(),
    sharpness: real("sharpness").notNull(),
  },
  (table) => [primaryKey({ columns: [table.modelId, table.imageId] })],
);

export const driftCheck = pgTable("drift_check", {
  id: int8("id").primaryKey().generatedAlwaysAsIdentity(),
  modelId: integer("model_id").notNull(),
  policyId: integer("policy_id"),
  referenceDataset: text("reference_dataset").notNull(),
  referenceFilter: jsonb("reference_filter").notNull(),
  referenceImages: int8("reference_images").notNull(),
  referenceFingerprint: text("reference_fingerprint").notNull(),
  currentDataset: text("current_dataset").notNull(),
  currentFilter: jsonb("current_filter").notNull(),
  currentImages: int8("current_images").notNull(),
  currentFingerprint: text("current_fingerprint").notNull(),
  sharedImages: int8("shared_images").notNull(),
  rule: jsonb("rule").notNull(),
  measures: jsonb("measures").notNull(),
  alarm: boolean("alarm").notNull(),
  author: text("author"),
  createdAt: instant("created_at")
    .notNull()
    .default(sql`clock_timestamp()`),
});

export const certificateExpiry = pgTable("certificate_expiry", {
  id: int8("id").primaryKey().generatedAlwaysAsIdentity(),
  certificateId: int8("certificate_id").notNull().unique(),
  driftCheckId: int8("drift_check_id")
    .notNull()
    .references(() => driftCheck.id),
  reason: text("reason").notNull(),
  author: text("author"),
  createdAt: instant("created_at")
    .notNull()
    .default(sql`clock_timestamp()`),
});
