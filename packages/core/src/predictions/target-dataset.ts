import type pg from "pg";

/** The dataset predictions go to. */
export interface TargetDataset {
  readonly id: number;
  readonly name: string;
  readonly root: string;
  readonly layout: "mura" | "manifest" | "folder" | "external";
}

export async function findTargetDataset(
  client: pg.ClientBase | pg.Pool,
  name: string,
): Promise<TargetDataset | undefined> {
  const { rows } = await client.query<TargetDataset>(
    "select id, name, root, layout from dataset where name = $1",
    [name],
  );
  return rows[0];
}

/** The dataset of that name, else a new one that these predictions list the images of. */
export async function claimTargetDataset(
  client: pg.ClientBase | pg.Pool,
  { name, root }: { name: string; root: string },
): Promise<{ dataset: TargetDataset; created: boolean }> {
  const { rows } = await client.query<TargetDataset>(
    `insert into dataset (name, root, layout) values ($1, $2, 'external')
     on conflict (name) do nothing returning id, name, root, layout`,
    [name, root],
  );
  if (rows[0] !== undefined) return { dataset: rows[0], created: true };
  const dataset = await findTargetDataset(client, name);
  // Removed between the two statements: the name is free again.
  return dataset === undefined ? claimTargetDataset(client, { name, root }) : { dataset, created: false };
}
