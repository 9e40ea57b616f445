import type { EngineName } from "../engine/catalogue/engine-name.ts";
import type { Deviation } from "./deviation.ts";
import type { Tolerance } from "./tolerances.ts";

/** One comparison of an engine with the reference on the same images. */
export interface Verification {
  readonly modelId: number;
  readonly engine: EngineName;
  readonly engineVersion: string;
  readonly device: string;
  /** Hash of the graph that ran, 64 hex digits. */
  readonly graphSha256: string;
  /** What was compared on. */
  readonly probe: string;
  readonly deviation: Deviation;
  readonly tolerance: Tolerance;
  readonly passed: boolean;
  readonly createdAt: Date;
}
