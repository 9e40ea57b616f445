import {
  calibrate,
  calibrationErrorInterval,
  negativeLogLikelihood,
  brierScore,
  reliabilityDiagram,
  type ReliabilityBin,
} from "../calibration/index.ts";
import { resolveScope, type ReadingRequest, type ReadingScope } from "../readings/index.ts";
import type { BootstrapOptions } from "../statistics/index.ts";
import { requireModel, type StoredCalibrator } from "./calibrator-store.ts";
import { readLabelledScores, type LabelledScores } from "./labelled-scores.ts";
import { formatReference } from "./reference.ts";
import { describeSelection, imageFilter } from "./selection.ts";
import { countSharedPatients, describeShared, sharesAny, type SharedPatients } from "./shared-patients.ts";

export interface CalibrationReportRequest extends ReadingRequest {
  readonly calibrator?: StoredCalibrator | undefined;
  /** Equal-mass bins; default 15. */
  readonly bins?: number | undefined;
  /** Of the intervals: confidence 0.95, 1000 replicates and seed 1 by default. */
  readonly bootstrap?: BootstrapOptions | undefined;
}

/** How well probabilities agree with labels; null where undefined. */
export interface CalibrationSummary {
  /** Equal-mass expected calibration error, its interval from resampling patients. */
  readonly ece: {
    readonly estimate: number | null;
    readonly lower: number | null;
    readonly upper: number | null;
  };
  readonly brier: number | null;
  /** In nats. */
  readonly nll: number | null;
  /** By rising probability. */
  readonly bins: readonly ReliabilityBin[];
}

export interface CalibrationReport {
  readonly scope: ReadingScope;
  readonly calibrator: StoredCalibrator | null;
  /** Labelled images. */
  readonly images: number;
  readonly positives: number;
  /** Patients, or studies where no patient is known: what the interval resamples. */
  readonly clusters: number;
  /** Of the stored probabilities. */
  readonly before: CalibrationSummary;
  /** After the calibrator; null without one. */
  readonly after: CalibrationSummary | null;
  /** What these images share with those the calibrator was fit on; null without one. */
  readonly shared: SharedPatients | null;
  /** Why `after` is too good to be true, when it is. */
  readonly warning: string | null;
}

/**
 * Calibration of a model's scores on the labelled images of a selection, before and after a calibrator.
 *
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS; BAD_ARGUMENT when the calibrator is of
 *   another model, or for the bins
 */
export async function calibrationReport(request: CalibrationReportRequest): Promise<CalibrationReport> {
  const { database, calibrator, filter } = request;
  const scope = await resolveScope(request);
  if (calibrator !== undefined) requireModel(calibrator, scope.modelId);
  const scores = await readLabelledScores(database, scope, filter);
  const shared =
    calibrator === undefined
      ? null
      : await countSharedPatients(
          database,
          { dataset: calibrator.dataset, filter: imageFilter(calibrator) },
          { dataset: scope.dataset, filter },
        );
  return {
    scope,
    calibrator: calibrator ?? null,
    images: scores.labels.length,
    positives: scores.positives,
    clusters: new Set(scores.clusters).size,
    before: summarise(scores, scores.probabilities, request),
    after:
      calibrator === undefined
        ? null
        : summarise(scores, calibrate(calibrator.calibrator, scores.probabilities), request),
    shared,
    warning: calibrator === undefined || shared === null ? null : overlapWarning(calibrator, shared),
  };
}

function summarise(
  { labels, clusters }: LabelledScores,
  probabilities: ArrayLike<number>,
  { bins = 15, bootstrap }: CalibrationReportRequest,
): CalibrationSummary {
  // Without a cluster there is nothing to resample.
  const { estimate, lower, upper } =
    labels.length === 0
      ? { estimate: null, lower: null, upper: null }
      : calibrationErrorInterval(probabilities, labels, { clusters, bins, replicates: 1000, ...bootstrap });
  return {
    ece: { estimate, lower, upper },
    brier: brierScore(probabilities, labels),
    nll: negativeLogLikelihood(probabilities, labels),
    bins: reliabilityDiagram(probabilities, labels, { bins }),
  };
}

function overlapWarning(calibrator: StoredCalibrator, shared: SharedPatients): string | null {
  if (!sharesAny(shared)) return null;
  const fitOn = describeSelection({ dataset: calibrator.dataset, filter: imageFilter(calibrator) });
  return (
    `${formatReference(calibrator)} was fit on ${fitOn}, which shares with these images: ` +
    `${describeShared(shared)}. The figures after it are too good; evaluate on another split.`
  );
}
