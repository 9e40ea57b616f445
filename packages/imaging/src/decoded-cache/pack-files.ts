import { randomUUID } from "node:crypto";
import type { Dirent } from "node:fs";
import { readdir, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** A pack is two files, `<name>.pixels` and `<name>.index`; the name begins with the time it was begun. */
const FILE_NAME = /^([0-9a-z]{9}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(index|pixels)$/;

/** A folder holds the packs of one pixel fingerprint. */
const FOLDER_NAME = /^[0-9a-f]{64}$/;

export interface StoredPack {
  readonly folder: string;
  readonly name: string;
  /** Both files. */
  readonly byteSize: number;
  /** When it was last written to, or first read from in a pass. */
  readonly lastUsedMs: number;
}

export function newPackName(): string {
  return `${Date.now().toString(36).padStart(9, "0")}-${randomUUID()}`;
}

export function indexPath(folder: string, name: string): string {
  return join(folder, `${name}.index`);
}

export function pixelsPath(folder: string, name: string): string {
  return join(folder, `${name}.pixels`);
}

/** The folders of a cache; none when there is no cache. Files of others are passed over. */
export async function listFolders(root: string): Promise<string[]> {
  const entries = await entriesOf(root);
  return entries
    .filter((entry) => entry.isDirectory() && FOLDER_NAME.test(entry.name))
    .map(({ name }) => join(root, name))
    .toSorted();
}

/** The names of a folder's packs, oldest first; none when the folder was removed. */
export async function listPackNames(folder: string): Promise<string[]> {
  const names = (await entriesOf(folder)).flatMap((entry) => {
    const name = FILE_NAME.exec(entry.name)?.[1];
    return name === undefined || !entry.isFile() ? [] : [name];
  });
  return [...new Set(names)].toSorted();
}

export async function listPacks(root: string): Promise<StoredPack[]> {
  const packs: StoredPack[] = [];
  for (const folder of await listFolders(root)) {
    const names = await listPackNames(folder);
    packs.push(...(await Promise.all(names.map((name) => statPack(folder, name)))));
  }
  return packs;
}

/** The index goes first: pixels without one are never read. */
export async function removePack(folder: string, name: string): Promise<void> {
  await rm(indexPath(folder, name), { force: true });
  await rm(pixelsPath(folder, name), { force: true });
}

/** Removes a folder that nothing is left in. */
export async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(error.code ?? "")) throw error;
  });
}

async function statPack(folder: string, name: string): Promise<StoredPack> {
  const [index, pixels] = await Promise.all([
    statIfThere(indexPath(folder, name)),
    statIfThere(pixelsPath(folder, name)),
  ]);
  return {
    folder,
    name,
    byteSize: (index?.size ?? 0) + (pixels?.size ?? 0),
    lastUsedMs: (index ?? pixels)?.mtimeMs ?? 0,
  };
}

async function statIfThere(path: string): Promise<{ size: number; mtimeMs: number } | undefined> {
  return await stat(path).catch(absent);
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  return (await readdir(folder, { withFileTypes: true }).catch(absent)) ?? [];
}

/** For `catch`: anyone may remove a cache at any time. */
export function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
  throw error;
}
