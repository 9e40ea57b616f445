import type { PixelImage } from "@hairline/imaging/preprocess";
import { quantizeModel } from "@hairline/model/quantize";
import { getNetwork, makeHalfModel, type ResnetModelRecord } from "@hairline/model/registry";
import { InvalidArgumentError, type Command } from "commander";
import type { CliContext } from "../context.ts";
import { readableImages, sampleKeys } from "../model-images.ts";
import { resolveDataset } from "../selection.ts";
import { printVerification, verificationJson } from "../verification-report.ts";
import { wholeNumber } from "../whole-number.ts";

interface HalfOptions {
  readonly name?: string;
  readonly json?: boolean;
}

interface QuantizeOptions extends HalfOptions {
  readonly dataset?: string;
  readonly images: number;
}

const HELD_OUT = 64;
const IMAGES = { least: 8, default: 256, most: 4096 } as const;

export function registerModelVariants(model: Command, context: CliContext): void {
  model
    .command("half")
    .description("make a half-precision (fp16) model for GPU engines; verify it on the engine before scoring")
    .argument("<model>", "the fp32 model's name")
    .option("--name <name>", "name of the new model (default: the model's and -fp16)")
    .option("--json", "print the result as JSON")
    .action((name: string, options: HalfOptions) => half(context, name, options));
  model
    .command("quantize")
    .description("make an int8 model for CPUs with VNNI, calibrated on an archive, and measure its deviation")
    .argument("<model>", "the fp32 model's name")
    .option("--dataset <name>", "whose images to calibrate on (default: the only dataset)")
    .option("--images <number>", "images to calibrate on", imageCount, IMAGES.default)
    .option("--name <name>", "name of the new model (default: the model's and -int8)")
    .option("--json", "print the result as JSON")
    .action((name: string, options: QuantizeOptions) => quantize(context, name, options));
}

async function half(context: CliContext, name: string, options: HalfOptions): Promise<void> {
  const { output } = context;
  const { database, objects } = await context.openStack();
  const base = await getNetwork(database, name);
  const { model, created } = await makeHalfModel({ database, store: objects, base, name: options.name });
  if (options.json === true) return output.json({ created, ...variantJson(model, base) });
  output.line(created ? `Made ${model.name} of ${base.name}.` : `It is already here, as ${model.name}.`);
  output.notice(`Next: hairline model verify ${model.name} --engine <engine>`);
}

async function quantize(context: CliContext, name: string, options: QuantizeOptions): Promise<void> {
  const { output, signal } = context;
  const { database, objects } = await context.openStack();
  const base = await getNetwork(database, name);
  const dataset = await resolveDataset(database, options.dataset);
  const { root } = await datasetRoot(context, dataset.id);
  const keys = await sampleKeys(database, { datasetId: dataset.id, count: options.images + HELD_OUT });
  const { preprocessing } = base;
  const enough = keys.length >= options.images + HELD_OUT;
  // Of a small archive a fifth is held out.
  const heldOutCount = enough ? HELD_OUT : Math.min(HELD_OUT, Math.floor(keys.length / 5));
  const source = { root, preprocessing, signal };
  const heldOut = await collected(readableImages(keys.slice(0, heldOutCount), source));
  const progress = output.progress({ label: "calibrating", unit: "images" });
  const calibration = counted(readableImages(keys.slice(heldOutCount), source), progress.update);
  const quantized = await quantizeModel({
    database,
    store: objects,
    base,
    name: options.name,
    source: dataset.name,
    calibration,
    heldOut,
  });
  progress.finish();
  const { model, created, verification } = quantized;
  if (options.json === true)
    return output.json({
      created,
      ...variantJson(model, base),
      verification: verificationJson(verification),
    });
  output.line(created ? `Made ${model.name} of ${base.name}.` : `It is already here, as ${model.name}.`);
  printVerification(output, verification);
  output.notice("Its facts are its own: choose thresholds for it anew.");
}

async function datasetRoot(context: CliContext, datasetId: number): Promise<{ root: string }> {
  const { database } = await context.openStack();
  const { rows } = await database.pool.query<{ root: string }>(
    "select root from dataset where id = $1::bigint",
    [datasetId],
  );
  return rows[0]!;
}

async function collected(images: AsyncIterable<PixelImage>): Promise<PixelImage[]> {
  const all: PixelImage[] = [];
  for await (const image of images) all.push(image);
  return all;
}

async function* counted(
  images: AsyncIterable<PixelImage>,
  update: (done: number) => void,
): AsyncGenerator<PixelImage> {
  let done = 0;
  for await (const image of images) {
    yield image;
    done += 1;
    update(done);
  }
}

function variantJson(model: ResnetModelRecord, base: ResnetModelRecord): Record<string, unknown> {
  return {
    id: model.id,
    name: model.name,
    base: base.name,
    precision: model.precision,
    graph_sha256: model.graph.sha256,
    weights_sha256: model.weights.sha256,
  };
}

function imageCount(text: string): number {
  const count = wholeNumber(text);
  if (count >= IMAGES.least && count <= IMAGES.most) return count;
  throw new InvalidArgumentError(`Give ${IMAGES.least} to ${IMAGES.most} images.`);
}
