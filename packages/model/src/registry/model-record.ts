import type { Preprocessing } from "@hairline/imaging/preprocess";
import type { ResnetArchitecture } from "../resnet/architecture.ts";

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
}

/** A model that scored elsewhere; only its predictions are here. */
export interface ExternalModelRecord extends AnyModelRecord {
  readonly kind: "external";
}

export type ModelRecord = ResnetModelRecord | ExternalModelRecord;
