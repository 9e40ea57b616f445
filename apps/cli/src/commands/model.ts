import { findTrainingOfModel } from "@hairline/core/training";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { getModel, importModel, listModels, type ModelRecord } from "@hairline/model/registry";
import { readModelCard, type StoredCard } from "@hairline/model/train";
import { listVerifications, type Verification } from "@hairline/model/verify";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import type { Output } from "../output.ts";
import { verificationJson } from "../verification-report.ts";
import { wholeNumber } from "../whole-number.ts";
import { registerModelVariants } from "./model-variants.ts";
import { registerModelVerify } from "./model-verify.ts";

interface ImportOptions {
  readonly name?: string;
  readonly inputSize: number;
  readonly description?: string;
  readonly json?: boolean;
}

export function registerModel(program: Command, context: CliContext): void {
  const model = program.command("model").description("import and list the networks that score");
  model
    .command("import")
    .description(
      "import a ResNet-18 or ResNet-34 scorer: safetensors, or a PyTorch .pt/.pth state dict (read as data)",
    )
    .argument("<file>", "weights with torchvision's names and a single-logit head")
    .option("--name <name>", "name of the model (default: from the file's)")
    .option("--input-size <pixels>", "side of the square images are resized to", wholeNumber, 224)
    .option("--description <text>", "a note kept with the model")
    .option("--json", "print the result as JSON")
    .action((file: string, options: ImportOptions) => importFile(context, file, options));
  model
    .command("list")
    .description("list the models by name")
    .option("--json", "print the result as JSON")
    .action(async (options: { json?: boolean }) => {
      const { database } = await context.openStack();
      const models = await listModels(database);
      if (options.json === true) context.output.json(models.map(toJson));
      else printModels(context.output, models);
    });
  model
    .command("show")
    .description("show one model: its weights, graph and preprocessing")
    .argument("<model>", "its name")
    .option("--json", "print the result as JSON")
    .action(async (name: string, options: { json?: boolean }) => {
      const { database } = await context.openStack();
      const record = await getModel(database, name);
      const verifications = await listVerifications(database, record.id);
      const stored = await storedCard(context, record.id);
      if (options.json === true)
        return context.output.json({
          ...toJson(record),
          verifications: verifications.map(verificationJson),
          card: stored?.card ?? null,
        });
      printModel(context.output, record);
      printVerifications(context.output, verifications);
      if (stored !== undefined) context.output.line(`\n${stored.markdown.trimEnd()}`);
    });
  registerModelVerify(model, context);
  registerModelVariants(model, context);
}

/** The card of a model that was trained here. */
async function storedCard({ openStack }: CliContext, modelId: number): Promise<StoredCard | undefined> {
  const { database, objects } = await openStack();
  const training = await findTrainingOfModel(database.pool, modelId);
  const cardKey = training?.cardKey ?? null;
  return cardKey === null ? undefined : readModelCard(objects, cardKey);
}

async function importFile(context: CliContext, path: string, options: ImportOptions): Promise<void> {
  const { database, objects } = await context.openStack();
  const { model, created } = await importModel({
    database,
    store: objects,
    source: { path, name: options.name },
    preprocessing: { ...IMAGENET_PREPROCESSING, inputSize: options.inputSize },
    ...(options.description === undefined ? {} : { description: options.description }),
  });
  if (options.json === true) return context.output.json({ created, ...toJson(model) });
  if (created) context.output.line(`Imported ${model.name}.`);
  else
    context.output.line(
      `These weights and this preprocessing are already here, as ${model.name}; nothing changed.`,
    );
  printModel(context.output, model);
}

function printModels(output: Output, models: readonly ModelRecord[]): void {
  if (models.length === 0) {
    output.notice("No model was imported yet. Run `hairline model import <file>`.");
    return;
  }
  output.table(
    ["model", "kind", "precision", "input", "weights", "imported"],
    models.map((model) => [
      model.name,
      model.kind === "resnet" ? model.architecture : "external",
      model.kind === "resnet" ? model.precision : null,
      model.kind === "resnet" ? model.preprocessing.inputSize : null,
      model.kind === "resnet" ? model.weights.sha256.slice(0, 12) : null,
      model.createdAt.toISOString(),
    ]),
  );
}

function printModel(output: Output, model: ModelRecord): void {
  const side = model.kind === "resnet" ? Math.sqrt(model.camCells) : 0;
  const rows: [string, string | number][] = [["name", model.name]];
  if (model.kind === "external") rows.push(["kind", "external: scored elsewhere, predictions imported"]);
  else
    rows.push(
      ["architecture", model.architecture],
      ["precision", model.precision],
      ["input", `${model.preprocessing.inputSize} x ${model.preprocessing.inputSize} pixels`],
      ["CAM", `${side} x ${side} cells`],
      ["weights", `sha256 ${model.weights.sha256}`],
      ["graph", `sha256 ${model.graph.sha256}`],
      ["preprocessing", `sha256 ${model.preprocessingFingerprint}`],
    );
  rows.push(["alphas", model.alphas.join(", ")], ["imported", model.createdAt.toISOString()]);
  if (model.description !== null) rows.push(["description", model.description]);
  const width = Math.max(...rows.map(([label]) => label.length));
  for (const [label, value] of rows) output.line(`  ${label.padEnd(width)}  ${value}`);
}

function printVerifications(output: Output, verifications: readonly Verification[]): void {
  if (verifications.length === 0) return;
  output.line();
  output.table(
    ["verified engine", "version", "device", "images", "logit", "CAM", "result"],
    verifications.map(({ engine, engineVersion, device, deviation, passed }) => [
      engine,
      engineVersion,
      device,
      deviation.images,
      deviation.logitRelative.toPrecision(2),
      deviation.camRelative.toPrecision(2),
      passed ? "passed" : "failed",
    ]),
  );
}

/** Flat, with the names the database uses, so that scripts need not know object keys. */
function toJson(model: ModelRecord): Record<string, unknown> {
  const { id, name, kind, alphas, description, createdAt } = model;
  const shared = { id, name, kind, alphas, description, created_at: createdAt.toISOString() };
  if (model.kind === "external") return shared;
  return {
    ...shared,
    architecture: model.architecture,
    precision: model.precision,
    baseModelId: model.baseModelId,
    inputSize: model.preprocessing.inputSize,
    camCells: model.camCells,
    weightsSha256: model.weights.sha256,
    graphSha256: model.graph.sha256,
    preprocessing: model.preprocessing,
    preprocessingFingerprint: model.preprocessingFingerprint,
  };
}
