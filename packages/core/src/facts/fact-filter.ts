import type pg from "pg";

/** Which predictions of a dataset and model a scan takes; what is left out takes all. */
export interface FactFilter {
  readonly bodyParts?: readonly string[];
  readonly splits?: readonly string[];
  /** Only images known to show hardware, or known not to. */
  readonly hardware?: boolean;
  /** Only images imported at this instant or later. */
  readonly importedFrom?: Date;
  /** Only images imported before this instant. */
  readonly importedBefore?: Date;
  readonly imageIds?: readonly number[];
  readonly objectKeys?: readonly string[];
  /** Only predictions written by this run. */
  readonly runId?: string | undefined;
}

/** Whether every prediction passes. */
export function takesAll(filter: FactFilter = {}): boolean {
  return Object.values(filter).every((condition) => condition === undefined);
}

/** Whether the filter lists images, so that an index leads to them and the table need not be scanned. */
export function listsImages(filter: FactFilter): boolean {
  return filter.imageIds !== undefined || filter.objectKeys !== undefined;
}

interface Stratum {
  readonly id: number;
  readonly body_part: string | null;
  readonly split: string | null;
  readonly hardware: boolean | null;
}

/** The strata of a dataset that pass the filter's conditions on body part, split and hardware. */
export async function selectStrata(
  client: pg.ClientBase,
  datasetId: number,
  { bodyParts, splits, hardware }: FactFilter,
): Promise<number[]> {
  const { rows } = await client.query<Stratum>(
    "select id, body_part, split, hardware from stratum where dataset_id = $1 order by id",
    [datasetId],
  );
  const passes = (wanted: readonly string[] | undefined, value: string | null): boolean =>
    wanted === undefined || (value !== null && wanted.includes(value));
  return rows
    .filter((stratum) => passes(bodyParts, stratum.body_part) && passes(splits, stratum.split))
    .filter((stratum) => hardware === undefined || stratum.hardware === hardware)
    .map(({ id }) => id);
}

/**
 * Conditions that strata do not answer. Their values go through settings of the transaction, since COPY takes no
 * parameters and texts do not belong into statements.
 */
export function filterConditions(filter: FactFilter): {
  readonly sql: readonly string[];
  readonly settings: ReadonlyMap<string, string>;
} {
  const sql: string[] = [];
  const settings = new Map<string, string>();
  const add = (condition: (setting: string) => string, name: string, value: string | undefined): void => {
    if (value === undefined) return;
    settings.set(`hairline.${name}`, value);
    sql.push(condition(`current_setting('hairline.${name}')`));
  };
  const list = (values: readonly unknown[] | undefined): string | undefined =>
    values === undefined ? undefined : JSON.stringify(values);
  add((value) => `prediction.run_id = ${value}::uuid`, "run_id", filter.runId);
  add(
    (value) => `image.imported_at >= ${value}::timestamptz`,
    "imported_from",
    filter.importedFrom?.toISOString(),
  );
  add(
    (value) => `image.imported_at < ${value}::timestamptz`,
    "imported_before",
    filter.importedBefore?.toISOString(),
  );
  add(
    (value) => `image.id in (select jsonb_array_elements_text(${value}::jsonb)::bigint)`,
    "image_ids",
    list(filter.imageIds),
  );
  add(
    (value) => `image.object_key in (select jsonb_array_elements_text(${value}::jsonb))`,
    "object_keys",
    list(filter.objectKeys),
  );
  return { sql, settings };
}
