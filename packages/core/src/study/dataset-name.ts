import { HairlineError } from "../errors.ts";

const DATASET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** File stems that say nothing of the archive: its folder's name is better. */
const GENERIC_STEM = /^(?:labels?|manifest|index|metadata|images?|dataset|annotations?)$/i;

/**
 * A dataset's name: letters, digits, ".", "_" and "-", the first a letter or digit, at most 100.
 * @throws HairlineError BAD_ARGUMENT on any other name
 */
export function parseDatasetName(name: string): string {
  if (DATASET_NAME.test(name)) return name;
  throw new HairlineError("BAD_ARGUMENT", `${JSON.stringify(name.slice(0, 120))} is not a dataset name.`, {
    field: "--name",
    remedy: 'Use letters, digits, ".", "_" and "-", starting with a letter or digit, at most 100 characters.',
  });
}

/**
 * The name a dataset gets when none is given, from a folder's or file's name.
 * @throws HairlineError BAD_ARGUMENT when no character of it can be used
 */
export function datasetNameFrom(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replaceAll(/\p{Mark}/gu, "")
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 100)
    .replace(/-+$/, "");
  return parseDatasetName(plain);
}

/** The default name of a manifest's dataset: the file's stem, or its folder's name where the stem is generic. */
export function manifestDatasetName(fileName: string, folderName: string): string {
  const stem = fileName.replace(/\.[^.]*$/, "");
  return datasetNameFrom(GENERIC_STEM.test(stem) && folderName !== "" ? folderName : stem);
}
