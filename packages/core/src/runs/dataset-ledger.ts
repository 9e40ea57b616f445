import { loadSql, type Database } from "../db/index.ts";

/** What became of a dataset's images under one model: images = scored + quarantined + waiting. */
export interface DatasetLedger {
  readonly images: number;
  readonly scored: number;
  readonly quarantined: number;
  /** Neither scored nor quarantined yet. */
  readonly waiting: number;
}

/** The state of a dataset as a whole, whichever runs made it; O(images). */
export async function readDatasetLedger(
  database: Database,
  scope: { readonly datasetId: number; readonly modelId: number },
): Promise<DatasetLedger> {
  const { rows } = await database.pool.query<{ images: number; scored: number; quarantined: number }>(
    loadSql("dataset-ledger"),
    [scope.datasetId, scope.modelId],
  );
  const { images, scored, quarantined } = rows[0] ?? { images: 0, scored: 0, quarantined: 0 };
  return { images, scored, quarantined, waiting: images - scored - quarantined };
}
