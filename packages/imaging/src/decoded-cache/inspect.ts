import { basename } from "node:path";
import { OpenFiles } from "./open-files.ts";
import { absent, listFolders, listPackNames, listPacks, removeIfEmpty, removePack } from "./pack-files.ts";
import { PackReader } from "./pack-reader.ts";

/** What one folder of a cache holds. */
export interface CacheFolderReport {
  /** Of all that decides the pixels. */
  readonly fingerprint: string;
  readonly packs: number;
  readonly records: number;
  readonly byteSize: number;
  readonly lastUsed: Date | null;
}

export interface CacheCheck {
  readonly sound: number;
  /** Records and lines that are not what was written; they are taken out, and their files will be decoded again. */
  readonly damaged: number;
}

/** By fingerprint; empty when there is no cache. */
export async function inspectCache(root: string): Promise<CacheFolderReport[]> {
  const packs = await listPacks(root);
  const reports: CacheFolderReport[] = [];
  for (const folder of await listFolders(root)) {
    const own = packs.filter((pack) => pack.folder === folder);
    const lastUsedMs = Math.max(...own.map((pack) => pack.lastUsedMs));
    let records = 0;
    for await (const pack of readPacks(folder)) records += (await pack.readNewEntries()).entries.length;
    reports.push({
      fingerprint: basename(folder),
      packs: own.length,
      records,
      byteSize: own.reduce((sum, { byteSize }) => sum + byteSize, 0),
      lastUsed: own.length === 0 ? null : new Date(lastUsedMs),
    });
  }
  return reports;
}

/** Removes every pack, also those being written; files that are not the cache's stay. @returns bytes given back */
export async function clearCache(root: string): Promise<number> {
  const packs = await listPacks(root);
  for (const { folder, name } of packs) await removePack(folder, name);
  for (const folder of await listFolders(root)) await removeIfEmpty(folder);
  await removeIfEmpty(root);
  return packs.reduce((sum, { byteSize }) => sum + byteSize, 0);
}

/** Reads every record and takes the damaged ones out. @throws the signal's reason */
export async function verifyCache(root: string, signal?: AbortSignal): Promise<CacheCheck> {
  const check = { sound: 0, damaged: 0 };
  for (const folder of await listFolders(root)) {
    for await (const pack of readPacks(folder)) {
      const result = await verifyPack(pack, signal).catch(absent);
      // Its pixels are gone, or all of it is by now.
      if (result === undefined) await removePack(folder, pack.name);
      check.sound += result?.sound ?? 0;
      check.damaged += result?.damaged ?? 0;
    }
  }
  return check;
}

async function verifyPack(pack: PackReader, signal: AbortSignal | undefined): Promise<CacheCheck> {
  const { entries, damagedLines } = await pack.readNewEntries();
  for (const line of damagedLines) await pack.erase(line);
  const check = { sound: 0, damaged: damagedLines.length };
  for (const entry of entries) {
    signal?.throwIfAborted();
    if ((await pack.readPixels(entry)) === undefined) {
      check.damaged += 1;
      await pack.erase(entry.line);
    } else check.sound += 1;
  }
  return check;
}

async function* readPacks(folder: string): AsyncGenerator<PackReader, void, undefined> {
  const files = new OpenFiles(1);
  try {
    for (const name of await listPackNames(folder)) yield new PackReader({ folder, name, files });
  } finally {
    await files.close();
  }
}
