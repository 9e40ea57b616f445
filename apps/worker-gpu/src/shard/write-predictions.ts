import type pg from "pg";
import type { Prediction } from "../pipeline/image-outcome.ts";

export interface FactScope {
  readonly modelId: number;
  readonly runId: string;
}

/** Rows a statement: turning more into text at once would hold the event loop for tens of milliseconds. */
const CHUNK_ROWS = 256;
const AREA_COLUMNS = 8;

/** Inserts or overwrites predictions, their CAM grids, image quality and, where kept, embeddings, all from the same pass. */
export async function writePredictions(
  client: pg.ClientBase,
  scope: FactScope,
  predictions: readonly Prediction[],
): Promise<void> {
  for (let start = 0; start < predictions.length; start += CHUNK_ROWS) {
    const chunk = predictions.slice(start, start + CHUNK_ROWS);
    await writeScores(client, scope, chunk);
    await writeCams(client, scope.modelId, chunk);
    await writeEmbeddings(client, scope.modelId, chunk);
    await writeQualities(client, scope.modelId, chunk);
  }
}

async function writeScores(
  client: pg.ClientBase,
  scope: FactScope,
  rows: readonly Prediction[],
): Promise<void> {
  const areas = Array.from({ length: AREA_COLUMNS }, (_, column) =>
    rows.map(({ statistics }) => statistics.areas[column] ?? null),
  );
  await client.query(
    `insert into prediction (model_id, run_id, image_id, logit, probability, entropy, entropy_normalized, degenerate,
                             area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8)
     select $1::int, $2::uuid, fact.*
     from unnest($3::bigint[], $4::real[], $5::real[], $6::real[], $7::real[], $8::boolean[],
                 $9::real[], $10::real[], $11::real[], $12::real[], $13::real[], $14::real[], $15::real[],
                 $16::real[]) as fact
     on conflict (model_id, image_id) do update
     set (run_id, logit, probability, entropy, entropy_normalized, degenerate,
          area_1, area_2, area_3, area_4, area_5, area_6, area_7, area_8)
       = (excluded.run_id, excluded.logit, excluded.probability, excluded.entropy, excluded.entropy_normalized,
          excluded.degenerate, excluded.area_1, excluded.area_2, excluded.area_3, excluded.area_4, excluded.area_5,
          excluded.area_6, excluded.area_7, excluded.area_8)`,
    [
      scope.modelId,
      scope.runId,
      rows.map(({ imageId }) => imageId),
      rows.map(({ logit }) => logit),
      rows.map(({ probability }) => probability),
      rows.map(({ statistics }) => statistics.entropy),
      rows.map(({ statistics }) => statistics.entropyNormalized),
      rows.map(({ statistics }) => statistics.degenerate),
      ...areas,
    ],
  );
}

async function writeCams(client: pg.ClientBase, modelId: number, rows: readonly Prediction[]): Promise<void> {
  await client.query(
    `insert into prediction_cam (model_id, image_id, height, width, grid)
     select $1::int, fact.image_id, fact.height, fact.width, fact.grid::real[]
     from unnest($2::bigint[], $3::smallint[], $4::smallint[], $5::text[]) as fact (image_id, height, width, grid)
     on conflict (model_id, image_id) do update
     set (height, width, grid) = (excluded.height, excluded.width, excluded.grid)`,
    [
      modelId,
      rows.map(({ imageId }) => imageId),
      rows.map(({ camHeight }) => camHeight),
      rows.map(({ camWidth }) => camWidth),
      rows.map(({ cam }) => realArrayText(cam)),
    ],
  );
}

async function writeEmbeddings(
  client: pg.ClientBase,
  modelId: number,
  rows: readonly Prediction[],
): Promise<void> {
  const kept = rows.flatMap(({ imageId, embedding }) =>
    embedding === undefined ? [] : [{ imageId, bytes: littleEndianBytes(embedding) }],
  );
  if (kept.length === 0) return;
  await client.query(
    `insert into prediction_embedding (model_id, image_id, embedding)
     select $1::int, fact.* from unnest($2::bigint[], $3::bytea[]) as fact
     on conflict (model_id, image_id) do update set embedding = excluded.embedding`,
    [modelId, kept.map(({ imageId }) => imageId), kept.map(({ bytes }) => bytes)],
  );
}

async function writeQualities(
  client: pg.ClientBase,
  modelId: number,
  rows: readonly Prediction[],
): Promise<void> {
  const measured = rows.flatMap(({ imageId, quality }) =>
    quality === undefined ? [] : [{ imageId, ...quality }],
  );
  if (measured.length === 0) return;
  await client.query(
    `insert into prediction_quality (model_id, image_id, brightness, contrast, border, sharpness)
     select $1::int, fact.*
     from unnest($2::bigint[], $3::real[], $4::real[], $5::real[], $6::real[]) as fact
     on conflict (model_id, image_id) do update
     set (brightness, contrast, border, sharpness)
       = (excluded.brightness, excluded.contrast, excluded.border, excluded.sharpness)`,
    [
      modelId,
      measured.map(({ imageId }) => imageId),
      measured.map(({ brightness }) => brightness),
      measured.map(({ contrast }) => contrast),
      measured.map(({ border }) => border),
      measured.map(({ sharpness }) => sharpness),
    ],
  );
}

/** A real[] literal; nine significant digits give every float32 back exactly (IEEE 754, 5.12.2). */
function realArrayText(values: Float32Array): string {
  return `{${Array.from(values, (value) => value.toPrecision(9)).join(",")}}`;
}

function littleEndianBytes(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes;
}
