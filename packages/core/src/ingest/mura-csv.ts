import { readdir } from "node:fs/promises";
import { basename, isAbsolute, join } from "node:path";
import { HairlineError } from "../errors.ts";
import {
  datasetNameFrom,
  isHiddenName,
  isImageFileName,
  isMuraRow,
  muraImageRecord,
  muraStudyKey,
  parseMuraImage,
  parseMuraRow,
  hasHiddenPart,
  type MuraStudy,
} from "../study/index.ts";
import { IGNORED, imageEntry, rejectedEntry, type ArchiveEntry } from "./archive-entry.ts";
import type { ArchiveSource } from "./archive-source.ts";
import type { CsvRecord } from "./csv-scan.ts";
import { realFolderBelow } from "./real-folder.ts";
import { splitFolders } from "./mura-tree.ts";
import { readCsv, type CsvHead } from "./read-csv.ts";

export interface MuraCsv {
  /** Absolute path of the CSV. */
  readonly path: string;
  readonly head: CsvHead;
  /** Where to look for the tree: the folder the CSV lies in or the one given, absolute and without symlinks. */
  readonly folder: string;
}

/**
 * Images of one of MURA's own CSVs. Its paths begin with the archive's name, so the tree is looked for where the
 * CSV lies (it came inside the archive) and in the folder of that name beside it.
 * @throws HairlineError ARCHIVE_NOT_FOUND when the tree is in neither place
 */
export async function muraCsvSource(csv: MuraCsv): Promise<ArchiveSource> {
  const archive = archiveOf(csv);
  const root = await findRoot(csv, archive);
  return {
    layout: "mura",
    root,
    defaultName: datasetNameFrom(basename(root)),
    ignoredColumns: [],
    async *entries(signal) {
      for await (const records of readCsv(csv.path, { delimiter: csv.head.delimiter, signal })) {
        const entries: ArchiveEntry[] = [];
        for (const record of records) entries.push(...(await entriesOf(record, { archive, root })));
        yield entries;
      }
    },
  };
}

/** What the first readable row has before its split. */
function archiveOf({ head, path }: MuraCsv): string {
  const first = head.sample.find(({ fields }) => isMuraRow(fields));
  if (first === undefined) {
    throw new HairlineError("ROW_INVALID", `${basename(path)} does not begin with paths of MURA's layout.`, {
      file: path,
      line: head.first.line,
      remedy: "Pass one of MURA's own CSVs, or a manifest with a path column.",
    });
  }
  const row = parseMuraRow(first.fields.slice(0, 1));
  return row.kind === "image" ? row.image.archive : row.study.archive;
}

async function findRoot(csv: MuraCsv, archive: string): Promise<string> {
  const base = csv.folder;
  // The name comes from the file: it may lead down from where the CSV lies, never elsewhere.
  const named = await realFolderBelow(isAbsolute(archive) ? archive : join(base, archive), base);
  const places = [...(named === undefined ? [] : [named]), ...(isAbsolute(archive) ? [] : [base])];
  for (const place of places) {
    if ((await splitFolders(place)).length > 0) return place;
  }
  throw new HairlineError(
    "ARCHIVE_NOT_FOUND",
    `The images that ${basename(csv.path)} lists are not in ${[...new Set(places)].join(" or ")}.`,
    {
      file: csv.path,
      remedy: "Pass the folder that holds train and valid as --root.",
    },
  );
}

async function entriesOf(
  record: CsvRecord,
  { archive, root }: { archive: string; root: string },
): Promise<ArchiveEntry[]> {
  const { line } = record;
  const path = record.fields[0] ?? null;
  try {
    if (record.fault !== undefined) throw new HairlineError("ROW_INVALID", `the line ${record.fault}`);
    if (path !== null && hasHiddenPart(path.trim())) return [IGNORED];
    const row = parseMuraRow(record.fields);
    const rowArchive = row.kind === "image" ? row.image.archive : row.study.archive;
    if (rowArchive !== archive) throw otherArchive(archive);
    if (row.kind === "image") return [imageEntry(muraImageRecord(row.image), line)];
    return await studyEntries(row.study, { root, line });
  } catch (error) {
    return [rejectedEntry(error, { objectKey: path, line })];
  }
}

/** Every image of the study's folder. */
async function studyEntries(
  study: MuraStudy,
  { root, line }: { root: string; line: number },
): Promise<ArchiveEntry[]> {
  const key = muraStudyKey(study);
  const folder = await realFolderBelow(join(root, key), root);
  if (folder === undefined) throw missingStudy(key, "there is no such folder");
  const entries: ArchiveEntry[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (isHiddenName(name) || !isImageFileName(name)) {
      entries.push(IGNORED);
      continue;
    }
    const objectKey = `${key}/${name}`;
    try {
      entries.push(imageEntry(muraImageRecord(parseMuraImage(objectKey)), line));
    } catch (error) {
      entries.push(rejectedEntry(error, { objectKey, line }));
    }
  }
  if (entries.every((entry) => entry === IGNORED)) throw missingStudy(key, "the folder holds no image");
  return entries;
}

function otherArchive(archive: string): HairlineError {
  return new HairlineError("ROW_INVALID", `path: does not begin with "${archive}" as the first row does`, {
    field: "path",
  });
}

function missingStudy(key: string, reason: string): HairlineError {
  return new HairlineError("IMAGE_FILE_MISSING", `${key}: ${reason}`, { file: key });
}
