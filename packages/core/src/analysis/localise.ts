import { type Estimate, toEstimate } from "../gates/index.ts";
import { noPredictions, resolveScope, type ReadingRequest, type ReadingScope } from "../readings/scope.ts";
import { openSnapshot } from "../readings/snapshot.ts";
import { checkPolicy, requireAlpha } from "../readings/triage-policy-params.ts";
import { clusterBootstrap, delongAuc, type SumStatistic, sumByCluster } from "../statistics/index.ts";
import { checkThreshold, type Policy } from "../triage/index.ts";
import { type BoxedImage, streamBoxedMaps, type UnmeasuredReason } from "./boxed-maps.ts";
import { fillImageSizes, type SizeRequest, type UnsizedImage } from "./image-sizes.ts";
import { localisationVerdict } from "./localisation-verdict.ts";
import { resolveSettings } from "./measure-settings.ts";
import { hasScoredImage } from "./scored-facts.ts";

export interface LocalisationRequest extends ReadingRequest, Pick<SizeRequest, "readSize" | "signal"> {
  readonly policy: Policy;
  /** Of the overlap, each in [0, 1). Default: those of the model. */
  readonly alphas?: readonly number[] | undefined;
  readonly settings?:
    { readonly confidence?: number; readonly replicates?: number; readonly seed?: number } | undefined;
}

/** How well the CAMs of a group of images point at the lesions. Intervals resample patients. */
export interface GroupQuality {
  /** Measured: with a CAM that points somewhere, a size and a box on the image. */
  readonly images: number;
  /** Share whose hottest cell's centre lies in a box. */
  readonly pointing: Estimate;
  /** Share whose hottest cell touches a box. */
  readonly touching: Estimate;
  /** Mean share of the heat inside the boxes. */
  readonly energy: Estimate;
  /** Mean overlap at each of the report's alphas. */
  readonly iou: readonly Estimate[];
  /** Means for maps that know nothing; null without images. */
  readonly chance: {
    readonly pointing: number | null;
    readonly touching: number | null;
    readonly energy: number | null;
  };
}

/** Groups of images with boxes, by what the policy made of them. */
export const LOCALISATION_GROUPS = ["all", "positive", "inconclusive", "negative"] as const;
export type LocalisationGroup = (typeof LOCALISATION_GROUPS)[number];

export interface LocalisationReport {
  readonly scope: ReadingScope;
  readonly policy: Policy;
  readonly alphas: readonly number[];
  /** Scored images with boxes. */
  readonly boxed: number;
  /** Of those, fractures that the policy calls negative. */
  readonly missed: number;
  readonly unmeasured: Readonly<Record<UnmeasuredReason, number>>;
  /** Images whose size could not be read. */
  readonly unsized: readonly UnsizedImage[];
  readonly groups: Readonly<Record<LocalisationGroup, GroupQuality>>;
  /** Positive less inconclusive: what the gates gain by passing some flagged maps and deferring others. */
  readonly passedLessDeferred: { readonly touching: Estimate; readonly energy: Estimate };
  /**
   * Over all measured: probability that a map whose hottest cell touches a box has the lower measure of two, a tie one
   * half. Above 1/2 a low measure does go with pointing at the lesion.
   */
  readonly lowMeasureAuc: { readonly entropy: Estimate; readonly area: Estimate };
  readonly verdict: string;
}

/**
 * Measures the stored CAMs against lesion boxes, by the outcome under a policy: does the gate pass maps that point at
 * the lesion?
 *
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS; BAD_THRESHOLD for the policy or an alpha;
 *   BAD_ARGUMENT for a setting; FACTS_MISSING when the model has no area at the policy's alpha
 */
export async function localise(request: LocalisationRequest): Promise<LocalisationReport> {
  const { policy } = request;
  checkPolicy(policy);
  const settings = resolveSettings(request.settings ?? {});
  const scope = await resolveScope(request);
  const alphas = (request.alphas ?? scope.alphas).map((alpha) => checkThreshold("alpha", alpha));
  const unsized = await fillImageSizes({ ...request, scope, filter: request.filter });
  const images = await readBoxedImages(request, { scope, alphas });
  const measured = images.filter(isMeasured);
  const columns = qualityColumns(measured, alphas.length);
  const bootstrap = (statistics: readonly SumStatistic[]): Estimate[] =>
    clusterBootstrap(
      sumByCluster(
        measured.map(({ cluster }) => cluster),
        columns,
      ),
      statistics,
      settings,
    ).map(toEstimate);
  const groups = groupQualities(measured, { alphas: alphas.length, bootstrap });
  const [touching, energy] = bootstrap([
    difference(TOUCHING, alphas.length),
    difference(ENERGY, alphas.length),
  ]);
  const report = {
    scope,
    policy,
    alphas,
    boxed: images.length,
    missed: images.filter(({ label, outcome }) => label === 1 && outcome === "negative").length,
    unmeasured: countUnmeasured(images),
    unsized,
    groups,
    passedLessDeferred: { touching: toEstimate(touching), energy: toEstimate(energy) },
    lowMeasureAuc: {
      entropy: lowMeasureAuc(measured, (image) => image.entropy, settings.confidence),
      area: lowMeasureAuc(measured, (image) => image.area, settings.confidence),
    },
  };
  return { ...report, verdict: localisationVerdict(report) };
}

type MeasuredImage = BoxedImage & { readonly measured: Exclude<BoxedImage["measured"], UnmeasuredReason> };

function isMeasured(image: BoxedImage): image is MeasuredImage {
  return typeof image.measured !== "string";
}

async function readBoxedImages(
  { database, filter, policy }: LocalisationRequest,
  { scope, alphas }: { scope: ReadingScope; alphas: readonly number[] },
): Promise<BoxedImage[]> {
  await using snapshot = await openSnapshot(database);
  await requireAlpha(snapshot.client, scope, policy);
  const images: BoxedImage[] = [];
  for await (const image of streamBoxedMaps(snapshot.client, { scope, policy, filter, alphas }))
    images.push(image);
  if (images.length === 0 && !(await hasScoredImage(snapshot.client, { scope, filter }))) {
    throw noPredictions(scope.dataset, scope.model);
  }
  return images;
}

/** Places of a group's columns: the count, then the sums of each measure; overlaps follow. */
const [COUNT, POINTING, TOUCHING, ENERGY, OVERLAPS] = [0, 1, 2, 3, 4] as const;

function groupStart(group: LocalisationGroup, alphas: number): number {
  return LOCALISATION_GROUPS.indexOf(group) * (OVERLAPS + alphas);
}

function qualityColumns(measured: readonly MeasuredImage[], alphas: number): Float64Array[] {
  return LOCALISATION_GROUPS.flatMap((group) => {
    const column = (value: (image: MeasuredImage) => number): Float64Array =>
      Float64Array.from(measured, (image) => (group === "all" || image.outcome === group ? value(image) : 0));
    return [
      column(() => 1),
      column(({ measured: { quality } }) => quality.pointing),
      column(({ measured: { quality } }) => quality.touching),
      column(({ measured: { quality } }) => quality.energy),
      ...Array.from({ length: alphas }, (_, at) =>
        column(({ measured: { quality } }) => quality.iou[at] ?? 0),
      ),
    ];
  });
}

/** The mean of one measure over one group. */
function mean(group: LocalisationGroup, measure: number, alphas: number): SumStatistic {
  const start = groupStart(group, alphas);
  return (totals) => (totals[start + COUNT] === 0 ? null : totals[start + measure]! / totals[start + COUNT]!);
}

function difference(measure: number, alphas: number): SumStatistic {
  const passed = mean("positive", measure, alphas);
  const deferred = mean("inconclusive", measure, alphas);
  return (totals) => {
    const [first, second] = [passed(totals), deferred(totals)];
    return first === null || second === null ? null : first - second;
  };
}

function groupQualities(
  measured: readonly MeasuredImage[],
  { alphas, bootstrap }: { alphas: number; bootstrap: (statistics: readonly SumStatistic[]) => Estimate[] },
): Record<LocalisationGroup, GroupQuality> {
  const places = [POINTING, TOUCHING, ENERGY, ...Array.from({ length: alphas }, (_, at) => OVERLAPS + at)];
  const quality = (group: LocalisationGroup): GroupQuality => {
    const members = measured.filter(({ outcome }) => group === "all" || outcome === group);
    const [pointing, touching, energy, ...iou] = bootstrap(places.map((place) => mean(group, place, alphas)));
    const chance = (of: "pointing" | "touching" | "energy"): number | null =>
      members.length === 0
        ? null
        : members.reduce((sum, { measured: { chance: each } }) => sum + each[of], 0) / members.length;
    return {
      images: members.length,
      pointing: toEstimate(pointing),
      touching: toEstimate(touching),
      energy: toEstimate(energy),
      iou,
      chance: { pointing: chance("pointing"), touching: chance("touching"), energy: chance("energy") },
    };
  };
  return {
    all: quality("all"),
    positive: quality("positive"),
    inconclusive: quality("inconclusive"),
    negative: quality("negative"),
  };
}

function countUnmeasured(images: readonly BoxedImage[]): Record<UnmeasuredReason, number> {
  const counts = { no_cam: 0, no_size: 0, boxes_outside: 0, degenerate: 0 };
  for (const { measured } of images) if (typeof measured === "string") counts[measured] += 1;
  return counts;
}

/** A tie of hot cells that hits in part counts as touching when at least half of it does. */
function lowMeasureAuc(
  measured: readonly MeasuredImage[],
  measure: (image: MeasuredImage) => number | null,
  confidence: number,
): Estimate {
  const known = measured.filter((image) => measure(image) !== null);
  const found = delongAuc(
    known.map((image) => -(measure(image) ?? 0)),
    known.map((image) => (image.measured.quality.touching >= 0.5 ? 1 : 0)),
    { clusters: known.map(({ cluster }) => cluster), confidence },
  );
  return {
    estimate: found?.auc ?? null,
    lower: found?.interval?.lower ?? null,
    upper: found?.interval?.upper ?? null,
  };
}
