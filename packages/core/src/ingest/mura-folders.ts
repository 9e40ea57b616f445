import { readdir } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { MuraFolders } from "./mura-csv.ts";
import { splitFolders } from "./mura-tree.ts";
import { realFolderBelow } from "./real-folder.ts";

/**
 * The folders of a MURA CSV on this computer.
 * @param base the folder the CSV lies in or the one given, absolute and without symlinks
 */
export function localMuraFolders(base: string): MuraFolders {
  return {
    async findRoot(archive) {
      // The name comes from the file: it may lead down from where the CSV lies, never elsewhere.
      const named = await realFolderBelow(isAbsolute(archive) ? archive : join(base, archive), base);
      const places = [...(named === undefined ? [] : [named]), ...(isAbsolute(archive) ? [] : [base])];
      for (const place of places) {
        if ((await splitFolders(place)).length > 0) return { root: place, places };
      }
      return { root: undefined, places };
    },
    async studyFiles(root, studyKey) {
      const folder = await realFolderBelow(join(root, studyKey), root);
      return folder === undefined ? undefined : readdir(folder);
    },
  };
}
