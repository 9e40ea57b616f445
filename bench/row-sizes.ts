import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  migrate,
  openDatabase,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
  type Database,
} from "@hairline/core/db";
import { median, type Benchmark, type BenchmarkResult, type Figure } from "./benchmark.ts";

const IMAGES = 199_998;
const VIEWS = 3;
const EMBEDDINGS = 10_000;
const SCANS = 5;

/** Keys as long as MURA's. */
const STUDIES = `
  insert into study (dataset_id, study_key, patient_key, body_part, split, label)
  select $1, 'train/XR_SHOULDER/patient' || lpad(i::text, 5, '0') || '/study1_positive',
         'patient' || lpad(i::text, 5, '0'), 'SHOULDER', 'train', 1
  from generate_series(1, $2::int) as i`;
const IMAGE_ROWS = `
  insert into image (dataset_id, study_id, object_key, label, body_part, split, byte_size, modified_at)
  select dataset_id, id, study_key || '/image' || view || '.png', 1, 'SHOULDER', 'train', 60000, now()
  from study, generate_series(1, $1::int) as view`;
const PREDICTIONS = `
  insert into prediction (model_id, image_id, stratum_id, probability, entropy, area_1, area_2, area_3, area_4,
                          area_5, logit, entropy_normalized)
  select $1, id, 0, random()::real, (3.8 * random())::real, random()::real, random()::real, random()::real,
         random()::real, random()::real, (8 * random() - 4)::real, random()::real
  from image`;
const CAMS = `
  insert into prediction_cam (model_id, image_id, height, width, grid)
  select $1, id, 7, 7, array(select random()::real from generate_series(1, 49) where id is not null) from image`;
const EMBEDDING_ROWS = `
  insert into prediction_embedding (model_id, image_id, embedding)
  select $1, id, substring($2::bytea from 1 + (id % 1000)::int for 2048) from image order by id limit $3`;

/** What docs/SCALING.md computes with. */
export const rowSizesBenchmark: Benchmark = {
  name: "row-sizes",
  summary: "bytes on disk of an image and of what a model says of it; inserts and scans of predictions",
  async run({ note }) {
    const folder = await mkdtemp(join(tmpdir(), "hairline-bench-"));
    const home = join(folder, "home");
    try {
      await using server = await startEmbeddedPostgres({ home, fast: true });
      await using database = await openDatabase(server.url, { max: 1 });
      await migrate(database);
      note(`${IMAGES.toLocaleString("en-US")} images`);
      return await measure(database);
    } finally {
      await removeEmbeddedPostgres({ home });
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measure({ pool }: Database): Promise<BenchmarkResult> {
  const insert = async (sql: string, values: readonly unknown[]): Promise<number> => {
    const { rows } = await pool.query<{ id: number }>(sql, [...values]);
    return rows[0]?.id ?? 0;
  };
  const dataset = await insert(
    "insert into dataset (name, root, layout) values ('sizes', '/sizes', 'mura') returning id",
    [],
  );
  await insert(STUDIES, [dataset, IMAGES / VIEWS]);
  await insert(IMAGE_ROWS, [VIEWS]);
  const model = await insert(
    "insert into model (name, kind, alphas) values ('m', 'external', '{0.3,0.4,0.5,0.6,0.7}') returning id",
    [],
  );
  const insertSeconds = await secondsOf(() => insert(PREDICTIONS, [model]));
  await insert(CAMS, [model]);
  // Bytes that do not compress, as float32 do not.
  await insert(EMBEDDING_ROWS, [model, randomBytes(4096), EMBEDDINGS]);

  const partition = `prediction_model_${model}`;
  const figures: Figure[] = [];
  for (const table of ["image", "study", partition, "prediction_cam", "prediction_embedding"]) {
    figures.push(...(await sizesOf({ pool }, table)));
  }
  await pool.query("set max_parallel_workers_per_gather = 0");
  const scans: number[] = [];
  for (let round = 0; round < SCANS; round += 1) {
    const scan = `select count(*), avg(probability), avg(entropy) from ${partition}`;
    scans.push(IMAGES / (await secondsOf(() => pool.query(scan))));
  }
  figures.push(
    { name: "predictions inserted by one statement", value: IMAGES / insertSeconds, unit: "rows/s" },
    { name: "predictions scanned by one process", value: median(scans), unit: "rows/s" },
  );
  return { benchmark: "row-sizes", setting: { images: IMAGES, embeddings: EMBEDDINGS }, figures, missed: [] };
}

async function sizesOf({ pool }: Pick<Database, "pool">, table: string): Promise<Figure[]> {
  await pool.query(`vacuum analyze ${table}`);
  const { rows } = await pool.query<{ heap: number; index: number }>(
    `select pg_table_size($1::regclass)::float8 / count(*) as heap, pg_indexes_size($1::regclass)::float8 / count(*) as index
     from ${table}`,
    [table],
  );
  const name = table.replace(/_model_\d+$/, "");
  return [
    { name, value: rows[0]?.heap ?? 0, unit: "bytes/row" },
    { name: `${name}, indexes`, value: rows[0]?.index ?? 0, unit: "bytes/row" },
  ];
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (performance.now() - startedMs) / 1000;
}
