import { loadSql, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { filterParams } from "../readings/scope.ts";
import { describeSelection, type ImageSelection } from "./selection.ts";

/** What two sets of images share. */
export interface SharedPatients {
  /** Patients named in both. */
  readonly patients: number;
  /** Studies in both whose patient is not named. */
  readonly studies: number;
  /** Files, by their bytes, in both where one set does not name the patient. */
  readonly files: number;
  /** Some image of either names no patient, so that its study and file stood in. */
  readonly patientsUnknown: boolean;
}

interface SharedRow {
  readonly patients: number;
  readonly studies: number;
  readonly files: number;
  readonly patients_unknown: boolean;
}

/**
 * Counts what two selections share. An archive that is no longer there shares nothing that could be found. Which run
 * scored an image is left out of account: its patient is the same.
 */
export async function countSharedPatients(
  database: Database,
  first: ImageSelection,
  second: ImageSelection,
): Promise<SharedPatients> {
  const { rows: datasets } = await database.pool.query<{ id: number; name: string }>(
    "select id, name from dataset where name = any ($1)",
    [[first.dataset, second.dataset]],
  );
  const idOf = (name: string): number | null => datasets.find((row) => row.name === name)?.id ?? null;
  const { rows } = await database.pool.query<SharedRow>(loadSql("shared-patients"), [
    idOf(first.dataset),
    ...filterParams({ ...first.filter, runId: undefined }),
    idOf(second.dataset),
    ...filterParams({ ...second.filter, runId: undefined }),
  ]);
  const [row] = rows;
  return {
    patients: row?.patients ?? 0,
    studies: row?.studies ?? 0,
    files: row?.files ?? 0,
    patientsUnknown: row?.patients_unknown ?? false,
  };
}

export function sharesAny({ patients, studies, files }: SharedPatients): boolean {
  return patients + studies + files > 0;
}

/** What is shared in words, such as "12 patients, 1 study". */
export function describeShared({ patients, studies, files }: SharedPatients): string {
  const counted = [
    [patients, "patient", "patients"],
    [studies, "study of an unnamed patient", "studies of unnamed patients"],
    [files, "file of an unnamed patient", "files of unnamed patients"],
  ] as const;
  return counted
    .filter(([count]) => count > 0)
    .map(([count, one, many]) => `${count} ${count === 1 ? one : many}`)
    .join(", ");
}

/**
 * Images that chose something must not judge it.
 *
 * @param source what the first selection was used for, such as "The policy was tuned on"
 * @returns what was compared by
 * @throws HairlineError SPLITS_OVERLAP when the selections share a patient, or a study or file that stands for one
 */
export async function requireDisjoint(
  database: Database,
  { source, used, judging }: { source: string; used: ImageSelection; judging: ImageSelection },
): Promise<SharedPatients> {
  const shared = await countSharedPatients(database, used, judging);
  if (!sharesAny(shared)) return shared;
  throw new HairlineError(
    "SPLITS_OVERLAP",
    `${source} ${describeSelection(used)}; ${describeSelection(judging)} shares with it: ${describeShared(shared)}.`,
    { field: "split", remedy: "Certify on a split with other patients." },
  );
}
