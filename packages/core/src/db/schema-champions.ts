/** drizzle's view of champions and what they were compared with; part of core/db/schema. */
import { sql } from "drizzle-orm";
import { bigint, boolean, integer, jsonb, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

const int8 = (name: string) => bigint(name, { mode: "number" });
const instant = (name: string) => timestamp(name, { withTimezone: true });

export const modelComparison = pgTable("model_comparison", {
  id: int8("id").primaryKey().generatedAlwaysAsIdentity(),
  championId: integer("champion_id").notNull(),
  challengerId: integer("challenger_id").notNull(),
  dataset: text("dataset").notNull(),
  splits: text("splits").array(),
  bodyParts: text("body_parts").array(),
  conditions: jsonb("conditions")
    .notNull()
    .default(sql`'{}'`),
  level: text("level", { enum: ["image", "study"] }).notNull(),
  championPolicyId: integer("champion_policy_id"),
  challengerPolicyId: integer("challenger_policy_id"),
  championThresholds: jsonb("champion_thresholds").notNull(),
  challengerThresholds: jsonb("challenger_thresholds").notNull(),
  rule: jsonb("rule").notNull(),
  evidence: jsonb("evidence").notNull(),
  certificate: jsonb("certificate").notNull(),
  excluded: jsonb("excluded").notNull(),
  flips: jsonb("flips").notNull(),
  promote: boolean("promote").notNull(),
  reasons: jsonb("reasons").notNull(),
  championFingerprint: text("champion_fingerprint").notNull(),
  challengerFingerprint: text("challenger_fingerprint").notNull(),
  author: text("author"),
  createdAt: instant("created_at").notNull().defaultNow(),
});

export const promotion = pgTable("promotion", {
  id: int8("id").primaryKey().generatedAlwaysAsIdentity(),
  dataset: text("dataset"),
  action: text("action", { enum: ["promoted", "rolled_back"] }).notNull(),
  modelId: integer("model_id").notNull(),
  policyId: integer("policy_id"),
  previousId: int8("previous_id"),
  restoresId: int8("restores_id"),
  comparisonId: int8("comparison_id"),
  forced: boolean("forced").notNull().default(false),
  reason: text("reason"),
  author: text("author"),
  createdAt: instant("created_at")
    .notNull()
    .default(sql`clock_timestamp()`),
});

export const retraining = pgTable("retraining", {
  id: int8("id").primaryKey().generatedAlwaysAsIdentity(),
  dataset: text("dataset").notNull(),
  state: text("state").notNull().default("requested"),
  settings: jsonb("settings").notNull(),
  championId: integer("champion_id").notNull(),
  newLabels: integer("new_labels").notNull(),
  trainingId: uuid("training_id"),
  challengerId: integer("challenger_id"),
  runIds: uuid("run_ids")
    .array()
    .notNull()
    .default(sql`'{}'`),
  calibratorId: integer("calibrator_id"),
  policyId: integer("policy_id"),
  comparisonId: int8("comparison_id"),
  decision: text("decision", { enum: ["promoted", "kept"] }),
  reasons: text("reasons")
    .array()
    .notNull()
    .default(sql`'{}'`),
  errorCode: text("error_code"),
  errorMessage: text("error_message"),
  createdAt: instant("created_at")
    .notNull()
    .default(sql`clock_timestamp()`),
  finishedAt: instant("finished_at"),
});
