import { loadSql, type Database } from "../db/index.ts";
import { readDatasetLedger } from "./dataset-ledger.ts";

export interface ForecastOptions {
  readonly database: Database;
  readonly datasetId: number;
  readonly modelId: number;
  /** Also count the images in quarantine, as a run that retries them does. */
  readonly retryQuarantined?: boolean | undefined;
  /** Workers that will score; those running now when left out. */
  readonly workers?: number | undefined;
}

/** What the rate was measured on. */
export interface MeasuredRate {
  /** Of one worker, all it does included: reading, decoding, the network, writing. */
  readonly imagesPerSecond: number;
  /** Shards it was measured on. */
  readonly shards: number;
  readonly newestAt: Date;
  /** Of the worker that committed the newest of them; null once its record was deleted. */
  readonly engine: string | null;
  readonly device: string | null;
  readonly cores: number | null;
}

export interface RunForecast {
  /** Images a run would score. */
  readonly images: number;
  /** Images in quarantine that it would leave there. */
  readonly quarantined: number;
  /** Null before this model has scored two shards in a row on one worker within the last 30 days. */
  readonly rate: MeasuredRate | null;
  readonly workers: number;
  /** What follows is null without a rate; `seconds` also without a worker. */
  readonly seconds: number | null;
  readonly workerHours: number | null;
}

const MEASURED_DAYS = 30;
const MEASURED_SHARDS = 500;

interface RateRow {
  readonly shards: number;
  readonly seconds_per_image: number | null;
  readonly newest_at: Date | null;
  readonly worker_id: string | null;
}

/** What a run of the dataset would cost, from what scoring with the model was measured to take. Writes nothing. */
export async function forecastRun(options: ForecastOptions): Promise<RunForecast> {
  const { database, datasetId, modelId, retryQuarantined = false } = options;
  const ledger = await readDatasetLedger(database, { datasetId, modelId });
  const images = ledger.waiting + (retryQuarantined ? ledger.quarantined : 0);
  const rate = await readRate(database, modelId);
  const workers = options.workers ?? (await countWorkers(database));
  const workerSeconds = rate === null ? null : images / rate.imagesPerSecond;
  return {
    images,
    quarantined: retryQuarantined ? 0 : ledger.quarantined,
    rate,
    workers,
    seconds: workerSeconds === null || workers === 0 ? null : workerSeconds / workers,
    workerHours: workerSeconds === null ? null : workerSeconds / 3600,
  };
}

async function readRate({ pool }: Database, modelId: number): Promise<MeasuredRate | null> {
  const oldest = new Date(Date.now() - MEASURED_DAYS * 86_400_000);
  const { rows } = await pool.query<RateRow>(loadSql("measured-rate"), [modelId, oldest, MEASURED_SHARDS]);
  const [measured] = rows;
  if (measured === undefined || measured.seconds_per_image === null || measured.newest_at === null)
    return null;
  const worker = await pool.query<Pick<MeasuredRate, "engine" | "device" | "cores">>(
    "select engine, device, cores from worker where id = $1",
    [measured.worker_id],
  );
  const { engine, device, cores } = worker.rows[0] ?? { engine: null, device: null, cores: null };
  return {
    imagesPerSecond: 1 / measured.seconds_per_image,
    shards: measured.shards,
    newestAt: measured.newest_at,
    engine,
    device,
    cores,
  };
}

async function countWorkers({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ workers: number }>(
    "select count(*)::int as workers from worker_state where state = 'running' and role = 'worker-gpu'",
  );
  return rows[0]?.workers ?? 0;
}
