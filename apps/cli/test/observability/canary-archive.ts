import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";

/** In the folder of a patient, the name of a study and the names of files; nothing but the database may know them. */
export const CANARIES = ["patient98765", "CANARY-7731"] as const;

/** Each of a patient, readable or not in a way of its own. */
const SOUND = ["a.png", "b.jpg", "c.png"];
const BROKEN: Readonly<Record<string, Buffer>> = {
  "garbage-CANARY-7731.png": Buffer.from("CANARY-7731 is no image"),
  "truncated-CANARY-7731.png": Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"),
};

export interface CanaryArchive {
  readonly root: string;
  readonly sound: number;
  readonly broken: number;
}

/** An archive whose every path names a patient. */
export async function writeCanaryArchive(root: string): Promise<CanaryArchive> {
  const folder = join(root, "XR_WRIST", "patient98765", "study_CANARY-7731");
  for (const [index, name] of SOUND.entries()) {
    const image = sharp({ create: { width: 70, height: 60 + index, channels: 3, background: "#777" } });
    await writeTo(join(folder, name), await image.toFormat(name.endsWith("png") ? "png" : "jpeg").toBuffer());
  }
  for (const [name, bytes] of Object.entries(BROKEN)) await writeTo(join(folder, name), bytes);
  return { root, sound: SOUND.length, broken: Object.keys(BROKEN).length };
}

async function writeTo(path: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

/** The canaries that a text holds, whatever their case. */
export function canariesIn(text: string): string[] {
  const lower = text.toLowerCase();
  return CANARIES.filter((canary) => lower.includes(canary.toLowerCase()));
}
