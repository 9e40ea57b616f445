import { basename } from "node:path";
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
import type { CsvFile } from "./csv-file.ts";
import type { CsvRecord } from "./csv-scan.ts";
import { readCsv, type CsvHead } from "./read-csv.ts";

export interface MuraCsv {
  readonly file: CsvFile;
  readonly head: CsvHead;
  /** Where its tree is looked for, and then its studies. */
  readonly folders: MuraFolders;
}

/** The folders that the rows of one of MURA's CSVs lead to. */
export interface MuraFolders {
  /** Where the tree can be for rows that begin with `archive`; the first that is one. */
  findRoot(
    archive: string,
  ): Promise<{ readonly root: string | undefined; readonly places: readonly string[] }>;
  /**
   * Names of the files in a study's folder; undefined when there is none.
   * @throws HairlineError PATH_OUTSIDE_ROOT when a link leads out
   */
  studyFiles(root: string, studyKey: string): Promise<readonly string[] | undefined>;
}

/**
 * Images of one of MURA's own CSVs. Its paths begin with the archive's name, so the tree is looked for where the
 * CSV lies (it came inside the archive) and in the folder of that name beside it.
 * @throws HairlineError ARCHIVE_NOT_FOUND when the tree is in neither place
 */
export async function muraCsvSource(csv: MuraCsv): Promise<ArchiveSource> {
  const { folders, file, head } = csv;
  const archive = archiveOf(csv);
  const root = await findRoot(csv, archive);
  return {
    layout: "mura",
    root,
    defaultName: datasetNameFrom(basename(root)),
    ignoredColumns: [],
    async *entries(signal) {
      for await (const records of readCsv(file, { delimiter: head.delimiter, signal })) {
        const entries: ArchiveEntry[] = [];
        for (const record of records) entries.push(...(await entriesOf(record, { archive, root, folders })));
        yield entries;
      }
    },
  };
}

/** What the first readable row has before its split. */
function archiveOf({ head, file }: MuraCsv): string {
  const path = file.name;
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

async function findRoot({ file, folders }: MuraCsv, archive: string): Promise<string> {
  const { root, places } = await folders.findRoot(archive);
  if (root !== undefined) return root;
  throw new HairlineError(
    "ARCHIVE_NOT_FOUND",
    `The images that ${basename(file.name)} lists are not in ${[...new Set(places)].join(" or ")}.`,
    {
      file: file.name,
      remedy: "Pass the folder that holds train and valid as --root.",
    },
  );
}

interface MuraRows {
  readonly archive: string;
  readonly root: string;
  readonly folders: MuraFolders;
}

async function entriesOf(record: CsvRecord, { archive, root, folders }: MuraRows): Promise<ArchiveEntry[]> {
  const { line } = record;
  const path = record.fields[0] ?? null;
  try {
    if (record.fault !== undefined) throw new HairlineError("ROW_INVALID", `the line ${record.fault}`);
    if (path !== null && hasHiddenPart(path.trim())) return [IGNORED];
    const row = parseMuraRow(record.fields);
    const rowArchive = row.kind === "image" ? row.image.archive : row.study.archive;
    if (rowArchive !== archive) throw otherArchive(archive);
    if (row.kind === "image") return [imageEntry(muraImageRecord(row.image), line)];
    return await studyEntries(row.study, { root, folders, line });
  } catch (error) {
    return [rejectedEntry(error, { objectKey: path, line })];
  }
}

/** Every image of the study's folder. */
async function studyEntries(
  study: MuraStudy,
  { root, folders, line }: { root: string; folders: MuraFolders; line: number },
): Promise<ArchiveEntry[]> {
  const key = muraStudyKey(study);
  const names = await folders.studyFiles(root, key);
  if (names === undefined) throw missingStudy(key, "there is no such folder");
  const entries: ArchiveEntry[] = [];
  for (const name of [...names].sort()) {
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
