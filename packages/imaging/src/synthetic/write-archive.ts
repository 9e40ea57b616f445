import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { HairlineError } from "@hairline/core/errors";
import sharp from "sharp";
import type { View } from "./anatomy/index.ts";
import { archiveListings, type WrittenImage } from "./archive-listing.ts";
import { planStudies, type ArchiveOptions, type PlannedStudy } from "./archive-plan.ts";
import { generateRadiograph, type Radiograph } from "./radiograph.ts";
import { RandomStream } from "./random.ts";

export interface WriteArchiveOptions extends ArchiveOptions {
  /** The folder that becomes the archive's root (what MURA calls MURA-v1.1); made when it is not there. */
  readonly root: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly written: number; readonly total: number }) => void;
}

export interface WrittenArchive {
  readonly root: string;
  /** A manifest CSV beside the tree, with the boxes and everything the tree cannot say. */
  readonly manifestPath: string;
  readonly studies: number;
  readonly images: readonly WrittenImage[];
}

/** PNGs being encoded at once: enough for the thread pool, few enough to keep memory flat. */
const PENDING_LIMIT = 8;
const MAX_STUDIES = 100_000;

/**
 * Writes a synthetic archive in the layout of MURA-v1.1: the tree, its four CSVs and boxes.csv. The same options
 * give the same pixels.
 *
 * @throws HairlineError BAD_ARGUMENT for a number out of its range, INTERRUPTED when the signal fires
 */
export async function writeSyntheticArchive(options: WriteArchiveOptions): Promise<WrittenArchive> {
  checkOptions(options);
  const studies = planStudies(options);
  const broken = chooseBroken(options, studies.length);
  const total = studies.reduce((sum, { views }) => sum + views.length, 0) + broken.size;
  const images: WrittenImage[] = [];
  const writes = new PendingWrites((written) => options.onProgress?.({ written, total }));
  try {
    for (const [index, study] of studies.entries()) {
      for (const [position, view] of study.views.entries()) {
        // Drawing is synchronous: let timers, signals and finished encodings in.
        await setImmediate();
        stopWhenAborted(options.signal);
        const radiograph = generateRadiograph(radiographOptions(study, view, options.longSide));
        const image = describe(study, position + 1, radiograph);
        images.push(image);
        await writes.add(writePng(join(options.root, image.key), radiograph));
      }
      const fault = broken.get(index);
      if (fault === undefined) continue;
      const image = describe(study, study.views.length + 1, undefined);
      images.push(image);
      await writes.add(writeBroken(join(options.root, image.key), fault));
    }
  } finally {
    await writes.settle();
  }
  for (const [name, text] of archiveListings(images)) await writeFile(join(options.root, name), text);
  return {
    root: options.root,
    manifestPath: join(options.root, "boxes.csv"),
    studies: studies.length,
    images,
  };
}

/** Files being encoded and written, at most PENDING_LIMIT; a failure is thrown by the next call. */
class PendingWrites {
  readonly #pending = new Set<Promise<void>>();
  readonly #onWritten: (written: number) => void;
  #written = 0;
  #failure: { readonly cause: unknown } | undefined;

  constructor(onWritten: (written: number) => void) {
    this.#onWritten = onWritten;
  }

  async add(write: Promise<void>): Promise<void> {
    const tracked = this.#track(write);
    this.#pending.add(tracked);
    void tracked.finally(() => this.#pending.delete(tracked));
    if (this.#pending.size >= PENDING_LIMIT) await Promise.race(this.#pending);
    if (this.#failure !== undefined) throw this.#failure.cause;
  }

  async #track(write: Promise<void>): Promise<void> {
    try {
      await write;
      this.#onWritten(++this.#written);
    } catch (cause) {
      this.#failure ??= { cause };
    }
  }

  async settle(): Promise<void> {
    await Promise.all(this.#pending);
    if (this.#failure !== undefined) throw this.#failure.cause;
  }
}

function radiographOptions(study: PlannedStudy, view: View, longSide = 512) {
  return { seed: study.seed, bodyPart: study.bodyPart, fractured: study.fractured, view, longSide };
}

function describe(study: PlannedStudy, position: number, radiograph: Radiograph | undefined): WrittenImage {
  const label = study.fractured ? 1 : 0;
  const name = `study${study.number}_${study.fractured ? "positive" : "negative"}`;
  const studyKey = `${study.split}/XR_${study.bodyPart}/${study.patient}/${name}`;
  return {
    key: `${studyKey}/image${position}.png`,
    studyKey,
    studyNumber: study.number,
    patient: study.patient,
    bodyPart: study.bodyPart,
    split: study.split,
    view: radiograph?.view ?? "frontal",
    label,
    box: radiograph?.box ?? null,
    hardware: radiograph?.hardware ?? "none",
    broken: radiograph === undefined,
  };
}

async function writePng(path: string, { width, height, data }: Radiograph): Promise<void> {
  const png = await sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, png);
}

type Fault = "truncated" | "empty";

/** Which studies get a broken file, by index; the two faults in turn. */
function chooseBroken({ brokenFiles = 0, seed }: ArchiveOptions, studies: number): Map<number, Fault> {
  const random = new RandomStream(seed).stream("broken files");
  const chosen = new Map<number, Fault>();
  while (chosen.size < brokenFiles) {
    const index = random.below(studies);
    if (!chosen.has(index)) chosen.set(index, chosen.size % 2 === 0 ? "truncated" : "empty");
  }
  return chosen;
}

async function writeBroken(path: string, fault: Fault): Promise<void> {
  const side = 128;
  const random = new RandomStream(path.length);
  const pixels = Uint8Array.from({ length: side * side }, () => random.below(256));
  const png = await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toBuffer();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, fault === "empty" ? "" : png.subarray(0, Math.floor(png.length / 2)));
}

function checkOptions(options: WriteArchiveOptions): void {
  const { studies, validShare = 0, positiveShare = 0, longSide = 512, brokenFiles = 0 } = options;
  checkCount("studies", studies, [1, MAX_STUDIES]);
  checkCount("longSide", longSide, [64, 2048]);
  checkCount("brokenFiles", brokenFiles, [0, studies]);
  checkRange("validShare", validShare, [0, 1]);
  checkRange("positiveShare", positiveShare, [0, 1]);
}

function checkCount(field: string, value: number, range: readonly [number, number]): void {
  checkRange(field, value, range);
  if (!Number.isInteger(value)) {
    throw new HairlineError("BAD_ARGUMENT", `${field} is ${value}; it must be a whole number.`, { field });
  }
}

function checkRange(field: string, value: number, [low, high]: readonly [number, number]): void {
  if (value >= low && value <= high) return;
  throw new HairlineError("BAD_ARGUMENT", `${field} is ${value}; it must lie in [${low}, ${high}].`, {
    field,
  });
}

function stopWhenAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new HairlineError("INTERRUPTED", "Writing the synthetic archive was stopped.", {
    cause: signal.reason,
  });
}
