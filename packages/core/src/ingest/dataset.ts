import { loadSql, type Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import type { ArchiveLayout } from "./archive-source.ts";

export interface Dataset {
  readonly id: number;
  readonly name: string;
  readonly root: string;
  readonly layout: string;
}

export interface DatasetSummary extends Dataset {
  readonly createdAt: Date;
  readonly studies: number;
  readonly images: number;
  readonly labelled: number;
  readonly positive: number;
  readonly bytes: number;
}

/**
 * The dataset an archive goes to: the one of that name, else a new one. A manifest may bring labels to a folder
 * that was imported before; otherwise root and layout must be those of the first import.
 * @throws HairlineError DATASET_NAME_TAKEN
 */
export async function claimDataset(
  database: Database,
  archive: { readonly name: string; readonly root: string; readonly layout: ArchiveLayout },
): Promise<Dataset & { readonly created: boolean }> {
  const { name, root, layout } = archive;
  const inserted = await database.pool.query<Dataset>(
    `insert into dataset (name, root, layout) values ($1, $2, $3)
     on conflict (name) do nothing
     returning id, name, root, layout`,
    [name, root, layout],
  );
  if (inserted.rows[0] !== undefined) return { ...inserted.rows[0], created: true };

  const found = await database.pool.query<Dataset>(
    `update dataset set layout = $3
     where name = $1 and root = $2 and (layout = $3 or (layout = 'folder' and $3 = 'manifest'))
     returning id, name, root, layout`,
    [name, root, layout],
  );
  if (found.rows[0] !== undefined) return { ...found.rows[0], created: false };
  throw await nameTaken(database, archive);
}

/** Every dataset with its size, by name. */
export async function listDatasets(database: Database): Promise<DatasetSummary[]> {
  const { rows } = await database.pool.query<DatasetSummary>(loadSql("dataset-summaries"));
  return rows;
}

async function nameTaken(
  database: Database,
  { name, root, layout }: { name: string; root: string; layout: ArchiveLayout },
): Promise<HairlineError> {
  const { rows } = await database.pool.query<Dataset>(
    "select id, name, root, layout from dataset where name = $1",
    [name],
  );
  const other = rows[0];
  const reason =
    other === undefined || other.root !== root
      ? `was imported from ${other?.root ?? "elsewhere"}, not ${root}`
      : `was imported as ${other.layout}, not ${layout}`;
  return new HairlineError("DATASET_NAME_TAKEN", `The dataset ${name} ${reason}.`, {
    file: root,
    field: "--name",
    remedy: "Pass another --name.",
  });
}
