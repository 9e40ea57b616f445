import { hostname } from "node:os";
import type { Database } from "@hairline/core/db";
import type { EngineName } from "../engine/catalogue/engine-name.ts";
import type { Verification } from "./verification.ts";

interface VerificationRow {
  readonly model_id: number;
  readonly engine: EngineName;
  readonly engine_version: string;
  readonly device: string;
  readonly graph_sha256: Buffer;
  readonly probe: string;
  readonly images: number;
  readonly logit_absolute: number;
  readonly logit_relative: number;
  readonly cam_relative: number;
  readonly probability_absolute: number;
  readonly logit_tolerance: number;
  readonly cam_tolerance: number;
  readonly passed: boolean;
  readonly created_at: Date;
}

const COLUMNS = `model_id, engine, engine_version, device, graph_sha256, probe, images, logit_absolute,
  logit_relative, cam_relative, probability_absolute, logit_tolerance, cam_tolerance, passed, created_at`;

export async function insertVerification(
  { pool }: Database,
  verification: Omit<Verification, "passed" | "createdAt">,
): Promise<Verification> {
  const { deviation, tolerance } = verification;
  const { rows } = await pool.query<VerificationRow>(
    `insert into engine_verification (model_id, engine, engine_version, device, graph_sha256, probe, images,
       logit_absolute, logit_relative, cam_relative, probability_absolute, logit_tolerance, cam_tolerance)
     values ($1::int, $2::text, $3::text, $4::text, $5::bytea, $6::text, $7::int, $8::float8, $9::float8, $10::float8,
       $11::float8, $12::float8, $13::float8)
     returning ${COLUMNS}`,
    [
      verification.modelId,
      verification.engine,
      verification.engineVersion,
      verification.device,
      Buffer.from(verification.graphSha256, "hex"),
      verification.probe,
      deviation.images,
      deviation.logitAbsolute,
      deviation.logitRelative,
      deviation.camRelative,
      deviation.probabilityAbsolute,
      tolerance.logit,
      tolerance.cam,
    ],
  );
  return toVerification(rows[0]!);
}

/** The last comparison of an engine with the reference for a model, whatever it was made with. */
export async function latestVerification(
  { pool }: Database,
  { modelId, engine }: Pick<Verification, "modelId" | "engine">,
): Promise<Verification | undefined> {
  const { rows } = await pool.query<VerificationRow>(
    `select ${COLUMNS} from engine_verification where model_id = $1::int and engine = $2::text
     order by id desc limit 1`,
    [modelId, engine],
  );
  return rows[0] === undefined ? undefined : toVerification(rows[0]);
}

/** The last comparison of each engine for a model, by engine. */
export async function listVerifications({ pool }: Database, modelId: number): Promise<Verification[]> {
  const { rows } = await pool.query<VerificationRow>(
    `select distinct on (engine) ${COLUMNS} from engine_verification where model_id = $1::int
     order by engine, id desc`,
    [modelId],
  );
  return rows.map(toVerification);
}

/** Records that a worker of this host scores on an engine without a valid verification. */
export async function insertOverride(
  { pool }: Database,
  override: {
    readonly modelId: number;
    readonly engine: EngineName;
    readonly engineVersion: string;
    readonly reason: string;
  },
): Promise<void> {
  await pool.query(
    `insert into engine_override (model_id, engine, engine_version, host, reason)
     values ($1::int, $2::text, $3::text, $4::text, $5::text)`,
    [override.modelId, override.engine, override.engineVersion, hostname(), override.reason],
  );
}

function toVerification(row: VerificationRow): Verification {
  return {
    modelId: row.model_id,
    engine: row.engine,
    engineVersion: row.engine_version,
    device: row.device,
    graphSha256: row.graph_sha256.toString("hex"),
    probe: row.probe,
    deviation: {
      images: row.images,
      logitAbsolute: row.logit_absolute,
      logitRelative: row.logit_relative,
      camRelative: row.cam_relative,
      probabilityAbsolute: row.probability_absolute,
    },
    tolerance: { logit: row.logit_tolerance, cam: row.cam_tolerance },
    passed: row.passed,
    createdAt: row.created_at,
  };
}
