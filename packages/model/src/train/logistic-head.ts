import { HairlineError } from "@hairline/core/errors";
import { minimiseLbfgs } from "./lbfgs.ts";
import {
  logisticObjective,
  standardisation,
  unstandardise,
  type LabelledEmbeddings,
} from "./logistic-objective.ts";

export interface LogisticHeadOptions extends LabelledEmbeddings {
  /** Weight of a positive row against a negative one; "balanced" is negatives / positives. Default 1. */
  readonly positiveWeight?: number | "balanced";
  /**
   * Penalty l2/2 |w|² on the weights of standardised columns, beside the mean loss. Default 1e-3. scikit-learn's
   * C on standardised columns is 1 / (n · l2).
   */
  readonly l2?: number;
  /** Largest gradient length that counts as converged. Default 1e-6. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly iteration: number; readonly loss: number }) => void;
}

/** A linear unit on raw embeddings: logit = weight · embedding + bias. */
export interface LogisticHead {
  /** shape [width]; 0 for a column that is constant in training. */
  readonly weight: Float32Array;
  readonly bias: number;
  /** Mean weighted log loss with its penalty, at the end. */
  readonly loss: number;
  readonly gradientNorm: number;
  readonly iterations: number;
  readonly converged: boolean;
  readonly positiveWeight: number;
}

/**
 * Fits a class-weighted, L2-penalised logistic regression; the standardisation it fits under is folded back into
 * the weights. Deterministic; needs no memory beyond the rows.
 *
 * @throws HairlineError LABELS_ONE_SIDED when there is no row of one class (or no row), BAD_SHAPE when lengths do
 *   not fit, INFERENCE_FAILED for an embedding that is not finite, BAD_ARGUMENT for a setting out of its range,
 *   INTERRUPTED when the signal fires
 */
export async function trainLogisticHead(options: LogisticHeadOptions): Promise<LogisticHead> {
  const { labels, width, l2 = 1e-3, tolerance = 1e-6, maxIterations = 500, signal, onProgress } = options;
  const positiveWeight = checkRows(options);
  checkPositive("l2", l2);
  checkPositive("positiveWeight", positiveWeight);
  checkPositive("tolerance", tolerance);
  checkPositive("maxIterations", maxIterations);
  const columns = standardisation(options);
  const objective = logisticObjective(options, { positiveWeight, l2, standardisation: columns });
  const start = new Float64Array(width + 1);
  const positives = labels.reduce((sum, label) => sum + label, 0);
  start[width] = Math.log((positives * positiveWeight) / (labels.length - positives));
  const minimum = await minimiseLbfgs(objective, start, {
    tolerance,
    maxIterations,
    onIteration: (iteration, loss) => {
      onProgress?.({ iteration, loss });
      stopWhenAborted(signal);
    },
  });
  const raw = new Float64Array(width);
  const bias = unstandardise(minimum.point, columns, raw);
  const { value: loss, gradientNorm, iterations, converged } = minimum;
  return { weight: Float32Array.from(raw), bias, loss, gradientNorm, iterations, converged, positiveWeight };
}

/** Checks the rows and resolves the weight of a positive one. */
function checkRows({ embeddings, labels, width, positiveWeight = 1, signal }: LogisticHeadOptions): number {
  stopWhenAborted(signal);
  if (!Number.isInteger(width) || width < 1 || embeddings.length !== labels.length * width) {
    const message = `${embeddings.length} values do not make ${labels.length} embeddings of width ${width}.`;
    throw new HairlineError("BAD_SHAPE", message, { field: "embeddings" });
  }
  let positives = 0;
  for (const [row, label] of labels.entries()) {
    if (label > 1) {
      throw new HairlineError("BAD_SHAPE", `Label ${row} is ${label}, neither 0 nor 1.`, { field: "labels" });
    }
    positives += label;
  }
  const negatives = labels.length - positives;
  if (positives === 0 || negatives === 0) {
    throw new HairlineError(
      "LABELS_ONE_SIDED",
      `Training needs images of both classes; there are ${positives} positive and ${negatives} negative.`,
      { field: "labels", remedy: "Import labels of the other class." },
    );
  }
  const wrong = embeddings.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    const message = `Embedding ${Math.floor(wrong / width)} has a value that is not finite.`;
    throw new HairlineError("INFERENCE_FAILED", message, { field: "embeddings" });
  }
  return positiveWeight === "balanced" ? negatives / positives : positiveWeight;
}

function checkPositive(field: string, value: number): void {
  if (value > 0 && Number.isFinite(value)) return;
  throw new HairlineError("BAD_ARGUMENT", `${field} is ${value}; it must be above 0.`, { field });
}

function stopWhenAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new HairlineError("INTERRUPTED", "Training was stopped.", { cause: signal.reason });
}
