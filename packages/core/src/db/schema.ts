/**
 * drizzle's view of the tables, for one-table reads and writes. The migrations make the tables; a test holds
 * names, types and nullability equal. Not part of core/db: loading drizzle takes as long as loading pg does.
 */
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  doublePrecision,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";

const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });

const int8 = (name: string) => bigint(name, { mode: "number" });
const instant = (name: string) => timestamp(name, { withTimezone: true });
const counter = (name: string) => int8(name).notNull().default(0);

const priority = () =>
  text("priority", { enum: ["urgent", "normal", "off-peak"] })
    .notNull()
    .default("normal");

const datasetId = () =>
  int8("dataset_id")
    .notNull()
    .references(() => dataset.id, { onDelete: "cascade" });
const modelId = () => integer("model_id").notNull();
const imageId = () => int8("image_id").notNull();
const runId = () => uuid("run_id").references(() => run.id, { onDelete: "set null" });

export const dataset = pgTable("dataset", {
  id: int8("id").primaryKey().generatedAlwaysAsIdentity(),
  name: text("name").notNull().unique(),
  root: text("root").notNull(),
  layout: text("layout", { enum: ["mura", "manifest", "folder", "external", "upload"] }).notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});

export const study = pgTable("study", {
  id: int8("id").primaryKey().generatedAlwaysAsIdentity(),
  datasetId: datasetId(),
  studyKey: text("study_key").notNull(),
  patientKey: text("patient_key"),
  bodyPart: text("body_part"),
  split: text("split"),
  label: smallint("label"),
});

export const image = pgTable("image", {
  id: int8("id").primaryKey().generatedAlwaysAsIdentity(),
  datasetId: datasetId(),
  studyId: int8("study_id")
    .notNull()
    .references(() => study.id, { onDelete: "cascade" }),
  objectKey: text("object_key").notNull(),
  label: smallint("label"),
  bodyPart: text("body_part"),
  split: text("split"),
  view: text("view"),
  hardware: boolean("hardware"),
  boxes: jsonb("boxes").$type<[number, number, number, number][]>(),
  byteSize: int8("byte_size"),
  modifiedAt: instant("modified_at"),
  contentHash: bytea("content_hash"),
  importedAt: instant("imported_at").notNull().defaultNow(),
  width: integer("width"),
  height: integer("height"),
});

export const archiveImport = pgTable("import", {
  id: uuid("id").primaryKey(),
  datasetId: datasetId(),
  source: text("source").notNull(),
  startedAt: instant("started_at").notNull().defaultNow(),
  finishedAt: instant("finished_at"),
  added: counter("added"),
  updated: counter("updated"),
  unchanged: counter("unchanged"),
  duplicates: counter("duplicates"),
  rejected: counter("rejected"),
  ignored: counter("ignored"),
});

export const importRejection = pgTable(
  "import_rejection",
  {
    importId: uuid("import_id")
      .notNull()
      .references(() => archiveImport.id, { onDelete: "cascade" }),
    ordinal: int8("ordinal").notNull(),
    objectKey: text("object_key"),
    line: int8("line"),
    code: text("code").notNull(),
    message: text("message").notNull(),
  },
  (table) => [primaryKey({ columns: [table.importId, table.ordinal] })],
);

export const model = pgTable("model", {
  id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
  name: text("name").notNull().unique(),
  kind: text("kind", { enum: ["resnet", "external"] }).notNull(),
  architecture: text("architecture", { enum: ["resnet18", "resnet34"] }),
  weightsSha256: bytea("weights_sha256"),
  graphSha256: bytea("graph_sha256"),
  preprocessing: jsonb("preprocessing"),
  preprocessingFingerprint: text("preprocessing_fingerprint"),
  inputSize: integer("input_size"),
  camCells: integer("cam_cells"),
  alphas: real("alphas").array().notNull(),
  description: text("description"),
  createdAt: instant("created_at").notNull().defaultNow(),
  precision: text("precision", { enum: ["fp32", "fp16", "int8"] })
    .notNull()
    .default("fp32"),
  baseModelId: integer("base_model_id"),
  quantization: jsonb("quantization"),
});

export const engineVerification = pgTable("engine_verification", {
  id: int8("id").primaryKey().generatedAlwaysAsIdentity(),
  modelId: modelId().references(() => model.id, { onDelete: "cascade" }),
  engine: text("engine", { enum: ["cpu", "webgpu", "cuda", "tensorrt", "tfjs"] }).notNull(),
  engineVersion: text("engine_version").notNull(),
  device: text("device").notNull(),
  graphSha256: bytea("graph_sha256").notNull(),
  probe: text("probe").notNull(),
  images: integer("images").notNull(),
  logitAbsolute: doublePrecision("logit_absolute").notNull(),
  logitRelative: doublePrecision("logit_relative").notNull(),
  camRelative: doublePrecision("cam_relative").notNull(),
  probabilityAbsolute: doublePrecision("probability_absolute").notNull(),
  logitTolerance: doublePrecision("logit_tolerance").notNull(),
  camTolerance: doublePrecision("cam_tolerance").notNull(),
  passed: boolean("passed")
    .notNull()
    .generatedAlwaysAs(sql`logit_relative <= logit_tolerance and cam_relative <= cam_tolerance`),
  createdAt: instant("created_at").notNull().defaultNow(),
});

export const engineOverride = pgTable("engine_override", {
  id: int8("id").primaryKey().generatedAlwaysAsIdentity(),
  modelId: modelId().references(() => model.id, { onDelete: "cascade" }),
  engine: text("engine").notNull(),
  engineVersion: text("engine_version").notNull(),
  host: text("host").notNull(),
  reason: text("reason").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});

export const run = pgTable("run", {
  id: uuid("id").primaryKey(),
  datasetId: datasetId(),
  modelId: modelId().references(() => model.id, { onDelete: "cascade" }),
  state: text("state", { enum: ["planning", "running", "completed", "failed", "cancelled"] })
    .notNull()
    .default("planning"),
  shardSize: integer("shard_size").notNull(),
  retryQuarantined: boolean("retry_quarantined").notNull().default(false),
  embeddings: boolean("embeddings").notNull().default(false),
  planned: counter("planned"),
  alreadyScored: counter("already_scored"),
  alreadyQuarantined: counter("already_quarantined"),
  createdAt: instant("created_at").notNull().defaultNow(),
  startedAt: instant("started_at"),
  finishedAt: instant("finished_at"),
  errorCode: text("error_code"),
  priority: priority(),
  pausedAt: instant("paused_at"),
  notScored: counter("not_scored"),
  imageIds: int8("image_ids").array(),
  studyId: int8("study_id").references(() => study.id, { onDelete: "cascade" }),
});

export const shard = pgTable(
  "shard",
  {
    runId: uuid("run_id")
      .notNull()
      .references(() => run.id, { onDelete: "cascade" }),
    ordinal: integer("ordinal").notNull(),
    imageIds: int8("image_ids").array().notNull(),
    firstImageId: int8("first_image_id")
      .notNull()
      .generatedAlwaysAs(sql`image_ids[1]`),
    lastImageId: int8("last_image_id")
      .notNull()
      .generatedAlwaysAs(sql`image_ids[cardinality(image_ids)]`),
    imageCount: integer("image_count")
      .notNull()
      .generatedAlwaysAs(sql`cardinality(image_ids)`),
    scored: integer("scored").notNull().default(0),
    quarantined: integer("quarantined").notNull().default(0),
    doneAt: instant("done_at"),
    workerId: uuid("worker_id"),
    deleted: integer("deleted").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.runId, table.ordinal] })],
);

export const stratum = pgTable("stratum", {
  id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
  datasetId: datasetId(),
  bodyPart: text("body_part"),
  split: text("split"),
  hardware: boolean("hardware"),
});

export const prediction = pgTable(
  "prediction",
  {
    modelId: modelId(),
    imageId: imageId(),
    stratumId: integer("stratum_id").notNull(),
    probability: real("probability").notNull(),
    label: smallint("label"),
    degenerate: boolean("degenerate").notNull().default(false),
    entropy: real("entropy"),
    area1: real("area_1"),
    area2: real("area_2"),
    area3: real("area_3"),
    area4: real("area_4"),
    area5: real("area_5"),
    area6: real("area_6"),
    area7: real("area_7"),
    area8: real("area_8"),
    logit: real("logit"),
    entropyNormalized: real("entropy_normalized"),
    runId: runId(),
  },
  (table) => [primaryKey({ columns: [table.imageId, table.modelId] })],
);

export const predictionCam = pgTable(
  "prediction_cam",
  {
    modelId: modelId(),
    imageId: imageId(),
    height: smallint("height").notNull(),
    width: smallint("width").notNull(),
    grid: real("grid").array().notNull(),
  },
  (table) => [primaryKey({ columns: [table.modelId, table.imageId] })],
);

export const predictionEmbedding = pgTable(
  "prediction_embedding",
  {
    modelId: modelId(),
    imageId: imageId(),
    embedding: bytea("embedding").notNull(),
  },
  (table) => [primaryKey({ columns: [table.modelId, table.imageId] })],
);

export const quarantine = pgTable(
  "quarantine",
  {
    modelId: modelId(),
    imageId: imageId(),
    runId: runId(),
    code: text("code").notNull(),
    message: text("message").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.imageId, table.modelId] })],
);

const policyId = () =>
  integer("policy_id")
    .notNull()
    .references(() => policy.id);

export const calibrator = pgTable("calibrator", {
  id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
  name: text("name").notNull(),
  version: integer("version").notNull(),
  modelId: modelId().references(() => model.id),
  method: text("method", { enum: ["temperature", "platt", "beta", "isotonic"] })
    .notNull()
    .generatedAlwaysAs(sql`params ->> 'method'`),
  params: jsonb("params").notNull(),
  dataset: text("dataset").notNull(),
  splits: text("splits").array(),
  bodyParts: text("body_parts").array(),
  images: integer("images").notNull(),
  positives: integer("positives").notNull(),
  metrics: jsonb("metrics").notNull(),
  fingerprint: text("fingerprint").notNull(),
  author: text("author"),
  note: text("note"),
  createdAt: instant("created_at").notNull().defaultNow(),
  conditions: jsonb("conditions")
    .notNull()
    .default(sql`'{}'`),
});

export const policy = pgTable("policy", {
  id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
  name: text("name").notNull(),
  version: integer("version").notNull(),
  level: text("level", { enum: ["image", "study"] }).notNull(),
  pLow: doublePrecision("p_low").notNull(),
  pLowScale: text("p_low_scale", { enum: ["raw", "calibrated"] }).notNull(),
  calibratorId: integer("calibrator_id").references(() => calibrator.id),
  pCut: real("p_cut").notNull(),
  entropyMax: doublePrecision("entropy_max"),
  areaMax: doublePrecision("area_max"),
  alpha: doublePrecision("alpha").notNull(),
  tuning: jsonb("tuning"),
  author: text("author"),
  note: text("note"),
  createdAt: instant("created_at").notNull().defaultNow(),
});

export const policyActivation = pgTable("policy_activation", {
  id: int8("id").primaryKey().generatedAlwaysAsIdentity(),
  policyId: policyId(),
  modelId: modelId().references(() => model.id),
  dataset: text("dataset"),
  activatedAt: instant("activated_at")
    .notNull()
    .default(sql`clock_timestamp()`),
  activatedBy: text("activated_by"),
  note: text("note"),
  retiredAt: instant("retired_at"),
  retiredBy: text("retired_by"),
  retiredNote: text("retired_note"),
});

export const certificate = pgTable("certificate", {
  id: int8("id").primaryKey().generatedAlwaysAsIdentity(),
  policyId: policyId(),
  modelId: modelId().references(() => model.id),
  dataset: text("dataset").notNull(),
  splits: text("splits").array(),
  bodyParts: text("body_parts").array(),
  bodyPart: text("body_part"),
  result: text("result", { enum: ["certified", "refused"] }).notNull(),
  claims: jsonb("claims").notNull(),
  confidence: doublePrecision("confidence").notNull(),
  delta: doublePrecision("delta").notNull(),
  method: text("method", { enum: ["fixed-sequence", "holm"] }).notNull(),
  candidates: integer("candidates").notNull(),
  sampling: text("sampling", { enum: ["one-per-patient", "all"] }).notNull(),
  units: integer("units").notNull(),
  positives: integer("positives").notNull(),
  patients: integer("patients").notNull(),
  patientsUnknown: boolean("patients_unknown").notNull(),
  earlierTests: integer("earlier_tests").notNull(),
  needed: jsonb("needed").notNull(),
  fingerprint: text("fingerprint").notNull(),
  author: text("author"),
  createdAt: instant("created_at").notNull().defaultNow(),
  revokedAt: instant("revoked_at"),
  revokedBy: text("revoked_by"),
  revokedNote: text("revoked_note"),
  conditions: jsonb("conditions")
    .notNull()
    .default(sql`'{}'`),
});

export const factChange = pgTable("fact_change", {
  id: int8("id").primaryKey().generatedAlwaysAsIdentity(),
  modelId: modelId(),
  datasetId: int8("dataset_id").notNull(),
  sign: smallint("sign").notNull(),
  label: smallint("label").array(),
  probability: real("probability").array(),
  degenerate: boolean("degenerate").array(),
  entropy: real("entropy").array(),
  area1: real("area_1").array(),
  area2: real("area_2").array(),
  area3: real("area_3").array(),
  area4: real("area_4").array(),
  area5: real("area_5").array(),
  area6: real("area_6").array(),
  area7: real("area_7").array(),
  area8: real("area_8").array(),
});

export const rollup = pgTable(
  "rollup",
  {
    modelId: modelId().references(() => model.id, { onDelete: "cascade" }),
    datasetId: datasetId(),
    grid: smallint("grid").notNull(),
    changes: counter("changes"),
    unlabelled: counter("unlabelled"),
    rocAuc: doublePrecision("roc_auc"),
    rocAucVersion: int8("roc_auc_version"),
  },
  (table) => [primaryKey({ columns: [table.modelId, table.datasetId] })],
);

export const rollupCells = pgTable(
  "rollup_cells",
  {
    modelId: modelId(),
    datasetId: int8("dataset_id").notNull(),
    position: smallint("position").notNull(),
    positive: bytea("positive").notNull(),
    negative: bytea("negative").notNull(),
  },
  (table) => [primaryKey({ columns: [table.modelId, table.datasetId, table.position] })],
);

export const sweep = pgTable("sweep", {
  id: uuid("id").primaryKey(),
  datasetId: datasetId(),
  modelId: modelId().references(() => model.id, { onDelete: "cascade" }),
  level: text("level", { enum: ["image", "study"] }).notNull(),
  studyRule: text("study_rule", { enum: ["views", "mean", "max", "min", "noisy_or"] }),
  labelSource: text("label_source", { enum: ["image", "study"] }).notNull(),
  calibratorId: integer("calibrator_id").references(() => calibrator.id),
  pLow: doublePrecision("p_low").array().notNull(),
  entropyMax: doublePrecision("entropy_max").array().notNull(),
  areaMax: doublePrecision("area_max").array().notNull(),
  alpha: doublePrecision("alpha").array().notNull(),
  filter: jsonb("filter").notNull(),
  requestHash: text("request_hash").notNull(),
  state: text("state", { enum: ["queued", "running", "completed", "failed", "cancelled"] })
    .notNull()
    .default("queued"),
  factsVersion: int8("facts_version"),
  source: text("source", { enum: ["scan", "grid", "rollup"] }),
  positives: int8("positives"),
  negatives: int8("negatives"),
  unlabelled: int8("unlabelled"),
  rocAuc: doublePrecision("roc_auc"),
  elapsedMs: doublePrecision("elapsed_ms"),
  errorCode: text("error_code"),
  createdAt: instant("created_at").notNull().defaultNow(),
  startedAt: instant("started_at"),
  finishedAt: instant("finished_at"),
});

export const sweepCounts = pgTable(
  "sweep_counts",
  {
    sweepId: uuid("sweep_id")
      .notNull()
      .references(() => sweep.id, { onDelete: "cascade" }),
    pPosition: integer("p_position").notNull(),
    tn: integer("tn").notNull(),
    fn: integer("fn").notNull(),
    tp: integer("tp").array().notNull(),
    fp: integer("fp").array().notNull(),
  },
  (table) => [primaryKey({ columns: [table.sweepId, table.pPosition] })],
);

export const studyTimer = pgTable(
  "study_timer",
  {
    studyId: int8("study_id")
      .notNull()
      .references(() => study.id, { onDelete: "cascade" }),
    modelId: modelId().references(() => model.id, { onDelete: "cascade" }),
    quietMs: integer("quiet_ms").notNull(),
    expectedViews: integer("expected_views"),
    priority: text("priority", { enum: ["urgent", "normal", "off-peak"] })
      .notNull()
      .default("urgent"),
    lastViewAt: instant("last_view_at").notNull().defaultNow(),
    completedAt: instant("completed_at"),
    dueAt: instant("due_at"),
    runId: runId(),
  },
  (table) => [primaryKey({ columns: [table.studyId, table.modelId] })],
);

export { apiKey, auditEntry, idempotencyKey, importRequest, studyVerdict } from "./schema-access.ts";
export { certificateExpiry, driftCheck, predictionQuality } from "./schema-drift.ts";
export { modelComparison, promotion, retraining } from "./schema-champions.ts";
export { schedule, scheduleFiring, worker } from "./schema-processes.ts";
export { training, trainingEpoch, trainingImage } from "./schema-training.ts";
export { uploadDataset, uploadDraft, uploadedStudy } from "./schema-uploads.ts";
