import type { ObjectStore } from "@hairline/core/storage";
import type { PlannedImage, Training, TrainingAttempt } from "@hairline/core/training";
import type { Preprocessing } from "@hairline/imaging/preprocess";
import type { OpenTrainer, Recipe, TrainingOutcome } from "@hairline/model/train";
import type { StateDict } from "@hairline/model/weights";
import type { ImageLoader } from "./image-loader.ts";
import type { ProgressBoard } from "./progress-board.ts";
import type { SideImages } from "./training-data.ts";
import type { TrainingConfig } from "./training-config.ts";

/** A training under way, with all that its stage works with. */
export interface TrainingRun {
  readonly training: Training;
  readonly attempt: TrainingAttempt;
  readonly recipe: Recipe;
  readonly preprocessing: Preprocessing;
  /** A scorer's, every tensor. */
  readonly start: StateDict;
  readonly images: readonly PlannedImage[];
  readonly trained: SideImages;
  readonly held: SideImages;
  readonly loader: ImageLoader;
  readonly store: ObjectStore;
  readonly progress: ProgressBoard;
  readonly settings: TrainingConfig;
  /** Cores to compute on. */
  readonly threads: number;
  readonly openTrainer: OpenTrainer;
  /** What a model's runs stored of images; undefined unless of all of them. */
  readonly storedEmbeddings: (
    modelId: number,
    imageIds: readonly number[],
  ) => Promise<Float32Array | undefined>;
  readonly signal: AbortSignal;
}

/** What came of it, to be stored as a model. */
export interface TrainedNetwork extends Pick<TrainingOutcome, "best" | "epochs"> {
  readonly weights: StateDict;
  /** Of the images held out, in their order. */
  readonly logits: ArrayLike<number>;
  /** Null where no batch norm was in play: the linear unit alone. */
  readonly batchNorm: "frozen" | "batch" | null;
  /** Such as `onnxruntime on cpu, 4 threads`. */
  readonly engine: string;
}
