import { basename, relative, sep } from "node:path";
import { HairlineError } from "../errors.ts";
import { checkObjectKey, datasetNameFrom, unlabelledImage } from "../study/index.ts";
import type { ArchiveSource } from "./archive-source.ts";
import { isBelowRoot } from "./below-root.ts";
import { walkFolder } from "./walk-folder.ts";

/**
 * A plain folder of images, each a study by itself with nothing known of it.
 * @param folder absolute, without symlinks
 * @param root the folder itself or one above it that keys are relative to
 * @throws HairlineError PATH_OUTSIDE_ROOT when the folder is not below the root
 */
export function folderSource(folder: string, root: string = folder): ArchiveSource {
  const start = folderKey(folder, root);
  return {
    layout: "folder",
    root,
    defaultName: datasetNameFrom(basename(folder)),
    ignoredColumns: [],
    entries: (signal) =>
      walkFolder({ root, folder: start, signal, recordOf: (key) => unlabelledImage(checkObjectKey(key)) }),
  };
}

/** The folder as a key below the root; "" for the root itself. */
export function folderKey(folder: string, root: string): string {
  if (!isBelowRoot(folder, root)) {
    throw new HairlineError("PATH_OUTSIDE_ROOT", `${folder} is not below the root ${root}.`, {
      file: folder,
      field: "--root",
      remedy: "Pass the folder itself or one above it as --root.",
    });
  }
  return relative(root, folder).split(sep).join("/");
}
