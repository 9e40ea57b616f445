import type { Database } from "../../src/db/index.ts";

/** One scored radiograph of an archive with studies and patients. */
export interface SeededView {
  /** Default: a study by itself. */
  readonly study?: string;
  readonly patient?: string | null;
  readonly label: 0 | 1 | null;
  readonly bodyPart?: string | null;
  readonly split?: string | null;
  readonly view?: string | null;
  readonly hardware?: boolean | null;
  readonly boxes?: readonly (readonly number[])[] | null;
  readonly size?: { readonly width: number; readonly height: number } | undefined;
  readonly probability: number;
  readonly entropy?: number | null;
  readonly degenerate?: boolean;
  /** shape [alphas] */
  readonly areas?: readonly (number | null)[];
  /** Square, row by row. */
  readonly cam?: readonly number[];
}

export const ARCHIVE = { dataset: "archive", model: "scorer" } as const;

/** Object key of the n-th seeded view; keys sort as the views are given. */
export function viewKey(index: number): string {
  return `view-${String(index).padStart(6, "0")}.png`;
}

/** Writes the dataset `archive`, scored by the external model `scorer`. */
export async function seedArchive(
  database: Database,
  views: readonly SeededView[],
  alphas: readonly number[] = [0.5],
): Promise<void> {
  const { pool } = database;
  const datasetId = await insertId(
    database,
    "insert into dataset (name, root, layout) values ($1, '', 'external') returning id",
    [ARCHIVE.dataset],
  );
  const modelId = await insertId(
    database,
    "insert into model (name, kind, alphas) values ($1, 'external', $2) returning id",
    [ARCHIVE.model, alphas],
  );
  const studies = new Map<string, number>();
  for (const [index, view] of views.entries()) {
    const study = view.study ?? viewKey(index);
    if (!studies.has(study))
      studies.set(study, await insertStudy(database, { datasetId, study, views: viewsOf(views, study) }));
    const imageId = await insertId(
      database,
      `insert into image (dataset_id, study_id, object_key, label, body_part, split, view, hardware, boxes)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
      [
        datasetId,
        studies.get(study),
        viewKey(index),
        view.label,
        view.bodyPart ?? null,
        view.split ?? null,
        view.view ?? null,
        view.hardware ?? null,
        view.boxes == null ? null : JSON.stringify(view.boxes),
      ],
    );
    if (view.size !== undefined) {
      await pool.query("update image set width = $2, height = $3 where id = $1", [
        imageId,
        view.size.width,
        view.size.height,
      ]);
    }
    await insertPrediction(database, { modelId, imageId, view });
  }
  await pool.query("analyze");
}

function viewsOf(views: readonly SeededView[], study: string): SeededView[] {
  return views.filter((view, index) => (view.study ?? viewKey(index)) === study);
}

/** As an import reads a study from its images: label 1 when any is, body part and split where all agree. */
function insertStudy(
  database: Database,
  { datasetId, study, views }: { datasetId: number; study: string; views: readonly SeededView[] },
): Promise<number> {
  const labels = views.flatMap(({ label }) => (label === null ? [] : [label]));
  const shared = (of: (view: SeededView) => string | null | undefined): string | null => {
    const values = new Set(views.map(of));
    return values.size === 1 ? ([...values][0] ?? null) : null;
  };
  return insertId(
    database,
    "insert into study (dataset_id, study_key, patient_key, body_part, split, label) values ($1, $2, $3, $4, $5, $6) returning id",
    [
      datasetId,
      study,
      views[0]?.patient ?? null,
      shared((view) => view.bodyPart),
      shared((view) => view.split),
      labels.length === 0 ? null : Math.max(...labels),
    ],
  );
}

async function insertPrediction(
  { pool }: Database,
  { modelId, imageId, view }: { modelId: number; imageId: number; view: SeededView },
): Promise<void> {
  const { probability, entropy = null, degenerate = false, areas = [], cam } = view;
  await pool.query(
    `insert into prediction (model_id, image_id, probability, entropy, entropy_normalized, degenerate,
                             area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      modelId,
      imageId,
      probability,
      entropy,
      entropy === null ? null : Math.fround(Math.min(1, entropy / Math.log(49))),
      degenerate,
      ...Array.from({ length: 8 }, (_, at) => areas[at] ?? null),
    ],
  );
  if (cam === undefined) return;
  const side = Math.sqrt(cam.length);
  await pool.query(
    "insert into prediction_cam (model_id, image_id, height, width, grid) values ($1, $2, $3, $3, $4)",
    [modelId, imageId, side, cam],
  );
}

async function insertId(database: Database, sql: string, params: readonly unknown[]): Promise<number> {
  const { rows } = await database.pool.query<{ id: number }>(sql, [...params]);
  const [row] = rows;
  if (row === undefined) throw new Error("nothing was inserted");
  return row.id;
}
