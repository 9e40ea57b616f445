/** drizzle's view of trainings; part of core/db/schema. */
import {
  bigint,
  boolean,
  customType,
  doublePrecision,
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

export const training = pgTable("training", {
  id: uuid("id").primaryKey(),
  name: text("name").notNull(),
  datasetId: int8("dataset_id").notNull(),
  state: text("state", { enum: ["queued", "running", "stopped", "completed", "failed", "cancelled"] })
    .notNull()
    .default("queued"),
  recipe: jsonb("recipe").notNull(),
  selection: jsonb("selection").notNull(),
  architecture: text("architecture", { enum: ["resnet18", "resnet34"] }).notNull(),
  preprocessing: jsonb("preprocessing").notNull(),
  startKind: text("start_kind", { enum: ["model", "file", "imagenet", "scratch"] }).notNull(),
  startKey: text("start_key").notNull(),
  startSha256: bytea("start_sha256").notNull(),
  baseModelId: integer("base_model_id"),
  dataFingerprint: bytea("data_fingerprint"),
  trainingImages: integer("training_images"),
  validationImages: integer("validation_images"),
  leftOut: integer("left_out"),
  attempt: integer("attempt").notNull().default(0),
  progress: jsonb("progress"),
  checkpointKey: text("checkpoint_key"),
  checkpointSha256: bytea("checkpoint_sha256"),
  modelId: integer("model_id"),
  cardKey: text("card_key"),
  createdAt: instant("created_at").notNull().defaultNow(),
  createdBy: text("created_by"),
  startedAt: instant("started_at"),
  finishedAt: instant("finished_at"),
  errorCode: text("error_code"),
  errorMessage: text("error_message"),
});

const trainingId = () =>
  uuid("training_id")
    .notNull()
    .references(() => training.id, { onDelete: "cascade" });

export const trainingImage = pgTable(
  "training_image",
  {
    trainingId: trainingId(),
    ordinal: integer("ordinal").notNull(),
    imageId: int8("image_id").notNull(),
    validation: boolean("validation").notNull(),
    label: smallint("label").notNull(),
    errorCode: text("error_code"),
  },
  (table) => [primaryKey({ columns: [table.trainingId, table.ordinal] })],
);

export const trainingEpoch = pgTable(
  "training_epoch",
  {
    trainingId: trainingId(),
    epoch: integer("epoch").notNull(),
    trainingLoss: doublePrecision("training_loss").notNull(),
    validationLoss: doublePrecision("validation_loss").notNull(),
    auroc: doublePrecision("auroc"),
    learningRate: doublePrecision("learning_rate").notNull(),
    imagesPerSecond: doublePrecision("images_per_second"),
    best: boolean("best").notNull(),
    finishedAt: instant("finished_at").notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.trainingId, table.epoch] })],
);
