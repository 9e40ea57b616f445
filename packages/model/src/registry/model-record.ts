import { HairlineError } from "@hairline/core/errors";
import type { Preprocessing } from "@hairline/imaging/preprocess";
import type { ResnetArchitecture } from "../resnet/architecture.ts";
import type { Precision } from "../resnet/graph-interface.ts";

/** A file in the object store and what it must hash to. */
export interface StoredFile {
  readonly objectKey: string;
  /** 64 hex digits. */
  readonly sha256: string;
}

interface AnyModelRecord {
  readonly id: number;
  readonly name: string;
  /** The alpha of the area ratios stored with each prediction, in order. */
  readonly alphas: readonly number[];
  readonly description: string | null;
  readonly createdAt: Date;
}

/** A network that can score: its weights, its graph, and what it is fed with. */
export interface ResnetModelRecord extends AnyModelRecord {
  readonly kind: "resnet";
  readonly architecture: ResnetArchitecture;
  readonly preprocessing: Preprocessing;
  readonly preprocessingFingerprint: string;
  /** Cells of the CAM grid, h w. */
  readonly camCells: number;
  readonly weights: StoredFile;
  readonly graph: StoredFile;
  readonly precision: Precision;
  /** The fp32 model an fp16 or int8 graph was made from; null for an fp32 one. */
  readonly baseModelId: number | null;
}

/** A model that scored elsewhere; only its predictions are here. */
export interface ExternalModelRecord extends AnyModelRecord {
  readonly kind: "external";
}

export type ModelRecord = ResnetModelRecord | ExternalModelRecord;

/** What an engine needs of a model; can be sent to a thread. */
export type ModelFiles = Pick<ResnetModelRecord, "graph" | "weights" | "precision" | "preprocessing">;

/** @throws HairlineError BAD_ARGUMENT for a model that scored elsewhere */
export function requireNetwork(model: ModelRecord): ResnetModelRecord {
  if (model.kind === "resnet") return model;
  throw new HairlineError(
    "BAD_ARGUMENT",
    `The model ${model.name} scored elsewhere; there is no network to run.`,
    { field: "model", remedy: "Name a model imported with `hairline model import`." },
  );
}
