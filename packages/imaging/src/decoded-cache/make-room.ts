import { statfs } from "node:fs/promises";
import { listPacks, removePack } from "./pack-files.ts";

/** Left on the disk for the others, a database among them. */
const KEEP_FREE_BYTES = 1024 ** 3;

export interface RoomNeeded {
  readonly root: string;
  readonly maxBytes: number;
  readonly neededBytes: number;
  /** Packs used since then stay: a pass over more than fits would otherwise push out what it is about to need. */
  readonly keepSinceMs: number;
}

/**
 * Removes the packs that were not used for longest until the need fits into the bound.
 * @returns why there is no room, or undefined when there is
 */
export async function makeRoom({
  root,
  maxBytes,
  neededBytes,
  keepSinceMs,
}: RoomNeeded): Promise<string | undefined> {
  const packs = (await listPacks(root)).toSorted((a, b) => a.lastUsedMs - b.lastUsedMs);
  let total = packs.reduce((sum, { byteSize }) => sum + byteSize, 0);
  for (const { folder, name, byteSize, lastUsedMs } of packs) {
    if (total + neededBytes <= maxBytes || lastUsedMs >= keepSinceMs) break;
    await removePack(folder, name);
    total -= byteSize;
  }
  if (total + neededBytes > maxBytes) return `it holds ${total} of ${maxBytes} bytes, all in use`;
  const { bavail, bsize } = await statfs(root);
  return bavail * bsize < neededBytes + KEEP_FREE_BYTES ? "the disk is nearly full" : undefined;
}
