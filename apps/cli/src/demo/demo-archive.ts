import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeSyntheticArchive } from "@hairline/imaging/synthetic";
import { z } from "zod";

export interface DemoArchiveOptions {
  /** Folder of this archive alone. */
  readonly folder: string;
  readonly seed: number;
  readonly studies: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly written: number; readonly total: number }) => void;
}

/** A synthetic archive on disk. */
export interface DemoArchive {
  /** Root of the MURA-v1.1 tree. */
  readonly root: string;
  /** The manifest beside the tree, with labels and boxes. */
  readonly manifestPath: string;
  readonly images: number;
  /** Images that are cut short or empty on purpose. */
  readonly broken: number;
  /** It was there already. */
  readonly reused: boolean;
}

const Receipt = z.strictObject({
  seed: z.number(),
  studies: z.number(),
  generation: z.number(),
  images: z.number(),
  broken: z.number(),
});

/** Raised when the generator or the options below change, so that an older archive is drawn anew. */
const GENERATION = 1;
const BROKEN_SHARE = 1 / 35;

/**
 * The synthetic archive of a seed, drawn unless a receipt says that it is complete: one that was interrupted is
 * drawn again, to the same bytes.
 *
 * @throws HairlineError BAD_ARGUMENT for a number out of its range, INTERRUPTED when the signal fires
 */
export async function provideArchive(options: DemoArchiveOptions): Promise<DemoArchive> {
  const { folder, seed, studies, signal, onProgress } = options;
  const root = join(folder, "MURA-v1.1");
  const receiptPath = join(folder, "receipt.json");
  const paths = { root, manifestPath: join(root, "boxes.csv") };
  const found = await readReceipt(receiptPath);
  if (found?.seed === seed && found.studies === studies && found.generation === GENERATION)
    return { ...paths, images: found.images, broken: found.broken, reused: true };
  const brokenFiles = Math.max(1, Math.round(studies * BROKEN_SHARE));
  const written = await writeSyntheticArchive({ root, seed, studies, brokenFiles, signal, onProgress });
  const images = written.images.length;
  const broken = written.images.filter((image) => image.broken).length;
  const receipt: z.infer<typeof Receipt> = { seed, studies, generation: GENERATION, images, broken };
  await writeFile(`${receiptPath}.part`, `${JSON.stringify(receipt)}\n`);
  await rename(`${receiptPath}.part`, receiptPath);
  return { ...paths, images, broken, reused: false };
}

async function readReceipt(path: string): Promise<z.infer<typeof Receipt> | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return text === undefined ? undefined : parseReceipt(text);
}

/** A damaged receipt proves nothing: the archive is drawn again. */
function parseReceipt(text: string): z.infer<typeof Receipt> | undefined {
  try {
    return Receipt.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
