import { HairlineError } from "@hairline/core/errors";
import type { PixelImage } from "@hairline/imaging/preprocess";
import { ENGINE_NAMES, type EngineName } from "@hairline/model/engine";
import { getNetwork, type ResnetModelRecord } from "@hairline/model/registry";
import { verifyEngine } from "@hairline/model/verify";
import { Option, type Command } from "commander";
import type { CliContext } from "../context.ts";
import { folderImages } from "../model-images.ts";
import { printVerification, verificationJson } from "../verification-report.ts";
import { wholeNumber } from "../whole-number.ts";

interface VerifyOptions {
  readonly engine: EngineName;
  readonly images?: string;
  readonly device?: number;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Bounds what --images holds in memory. */
const MOST_IMAGES = 512;

export function registerModelVerify(model: Command, context: CliContext): void {
  model
    .command("verify")
    .description(
      "compare an engine with the reference engine image by image; workers score on it once it passed",
    )
    .argument("<model>", "its name")
    .addOption(
      new Option("--engine <engine>", "the engine to compare").choices(ENGINE_NAMES).makeOptionMandatory(),
    )
    .option("--images <folder>", "compare on these radiographs instead of the built-in probe images")
    .option("--device <number>", "which GPU, from 0", wholeNumber)
    .option("--threads <number>", "CPU threads", wholeNumber)
    .option("--json", "print the result as JSON")
    .action((name: string, options: VerifyOptions) => verify(context, name, options));
}

async function verify(context: CliContext, name: string, options: VerifyOptions): Promise<void> {
  const { output, signal } = context;
  const { database, objects } = await context.openStack();
  const model = await getNetwork(database, name);
  const { engine, threads, device } = options;
  const progress = output.progress({ label: `${name} on ${engine}`, unit: "images" });
  const verification = await verifyEngine({
    database,
    store: objects,
    model,
    engine,
    threads,
    device,
    signal,
    images: await readFolder(context, model, options.images),
    onProgress: (done) => progress.update(done),
  });
  progress.finish();
  if (options.json === true) output.json({ model: name, ...verificationJson(verification) });
  else printVerification(output, verification);
  if (verification.passed) return;
  throw new HairlineError(
    "ENGINE_NOT_VERIFIED",
    `${engine} differs too much from the reference on ${name}.`,
    {
      field: "engine",
      remedy: "Score on another engine; the result is stored, and workers refuse this one.",
    },
  );
}

async function readFolder(
  { signal }: CliContext,
  { preprocessing }: ResnetModelRecord,
  folder: string | undefined,
): Promise<{ source: string; pixels: readonly PixelImage[] } | undefined> {
  if (folder === undefined) return undefined;
  const pixels: PixelImage[] = [];
  for await (const image of folderImages({ root: folder, preprocessing, signal })) {
    pixels.push(image);
    if (pixels.length === MOST_IMAGES) break;
  }
  if (pixels.length > 0) return { source: "a folder of images", pixels };
  throw new HairlineError("BAD_ARGUMENT", "The folder holds no image that can be read.", {
    field: "--images",
    file: folder,
    remedy: "Name a folder with radiographs as PNG, JPEG, TIFF or WebP files.",
  });
}
