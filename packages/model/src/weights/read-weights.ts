import { readFile, stat } from "node:fs/promises";
import { stripWrapperPrefixes } from "./checkpoint.ts";
import { atFile, unreadable } from "./failure.ts";
import { WEIGHTS_LIMITS } from "./limits.ts";
import { looksLikeSafetensors, readSafetensors } from "./safetensors-read.ts";
import type { StateDict } from "./tensor.ts";
import { readStateDict } from "./torch-file.ts";
import { looksLikeTorchLegacy, openTorchLegacy } from "./torch-legacy.ts";
import { openTorchZip } from "./torch-zip.ts";

/**
 * The state dict in a weights file: safetensors, or a PyTorch `.pt/.pth` (zip or pre-1.6) holding a state dict or a
 * checkpoint with one. The format is told by content, not by name. Names lose the prefix of DataParallel and its like.
 * A pickle is read as data by an allow-list: nothing in the file is ever run.
 *
 * @throws HairlineError WEIGHTS_UNREADABLE, WEIGHTS_UNSAFE_PICKLE or WEIGHTS_TENSOR_UNEXPECTED, with the file
 */
export async function readWeights(path: string): Promise<StateDict> {
  try {
    const stats = await stat(path);
    // A device or a pipe could go on for ever.
    if (!stats.isFile()) throw unreadable("The path is not that of a file.");
    const { size } = stats;
    if (size > WEIGHTS_LIMITS.fileBytes)
      throw unreadable(`The file has ${size} bytes; the limit is ${WEIGHTS_LIMITS.fileBytes}.`);
    return await parseWeights(await readFile(path));
  } catch (error) {
    throw atFile(error, path);
  }
}

/** As readWeights, of a file's bytes; safetensors tensors are views on them. */
export async function parseWeights(file: Uint8Array): Promise<StateDict> {
  if (isZip(file)) return readStateDict(await openTorchZip(file));
  if (looksLikeTorchLegacy(file)) return readStateDict(openTorchLegacy(file));
  if (looksLikeSafetensors(file)) return stripWrapperPrefixes(readSafetensors(file));
  throw unreadable("The file is neither safetensors nor written by torch.save.");
}

/** Local file header, as torch.save's archives begin. */
function isZip(file: Uint8Array): boolean {
  return file[0] === 0x50 && file[1] === 0x4b && file[2] === 0x03 && file[3] === 0x04;
}
