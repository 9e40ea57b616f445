import type { ErrorCode } from "@hairline/core/errors";
import type { CamStatistics } from "@hairline/core/explain";
import type { ImageQuality } from "@hairline/imaging/preprocess";

/** What one network pass said of one image, as it is stored. */
export interface Prediction {
  readonly imageId: number;
  readonly logit: number;
  /** Rounded to float32, as the column is. */
  readonly probability: number;
  readonly statistics: CamStatistics;
  /** shape [camHeight * camWidth], after ReLU */
  readonly cam: Float32Array;
  readonly camHeight: number;
  readonly camWidth: number;
  /** Present when the run keeps embeddings. */
  readonly embedding?: Float32Array;
  readonly quality?: ImageQuality;
}

/** An image that could not be scored, and why. The message names no path: it is shown to other users. */
export interface Rejection {
  readonly imageId: number;
  readonly code: ErrorCode;
  readonly message: string;
}

/** Every image of a shard ends in exactly one of the two lists. */
export interface ShardOutcome {
  readonly predictions: readonly Prediction[];
  readonly rejections: readonly Rejection[];
}
