import { createHash } from "node:crypto";
import { triageImages, type TriagedImage, type TriageRequest } from "@hairline/core/readings";
import { riskCoverageCurve } from "@hairline/core/selective";
import { delongAuc } from "@hairline/core/statistics";
import { GalleryPicks } from "./gallery.ts";
import type { Histogram, ReportHistograms, ReportRocAuc, RiskCoverage } from "./report-input.ts";

const CONFIDENCE = 0.95;
const BINS = 20;
/** Points of the probability-only curve that are drawn. */
const CURVE_POINTS = 200;

export interface CollectedImages {
  readonly histograms: ReportHistograms;
  readonly rocAuc: ReportRocAuc | null;
  readonly probabilityOnly: readonly RiskCoverage[];
  readonly picks: GalleryPicks;
  readonly factsSha256: string;
}

/** One pass over the triaged images: everything of the report that a count per body part cannot say. */
export async function collectImages(request: TriageRequest, entropyLimit: number): Promise<CollectedImages> {
  const probability = new HistogramCounts(0, 1);
  const entropy = new HistogramCounts(0, entropyLimit);
  const picks = new GalleryPicks();
  const digest = createHash("sha256");
  const labelled: TriagedImage[] = [];
  for await (const image of triageImages(request)) {
    probability.add(image.probability, image.label);
    entropy.add(image.entropy, image.label);
    picks.offer(image);
    if (image.label !== null) labelled.push(image);
    const { imageId, label, outcome, reason, area } = image;
    digest.update(JSON.stringify([imageId, label, image.probability, image.entropy, area, outcome, reason]));
  }
  return {
    histograms: { probability: probability.histogram(), entropy: entropy.histogram() },
    rocAuc: rocAucOf(labelled),
    probabilityOnly: probabilityOnlyCurve(labelled, request.policy.pLow),
    picks,
    factsSha256: digest.digest("hex"),
  };
}

class HistogramCounts {
  readonly #from: number;
  readonly #to: number;
  readonly #negative = Array.from({ length: BINS }, () => 0);
  readonly #positive = Array.from({ length: BINS }, () => 0);
  readonly #unlabelled = Array.from({ length: BINS }, () => 0);
  #missing = 0;

  constructor(from: number, to: number) {
    this.#from = from;
    this.#to = to;
  }

  add(value: number | null, label: 0 | 1 | null): void {
    if (value === null) {
      this.#missing += 1;
      return;
    }
    const share = (value - this.#from) / (this.#to - this.#from);
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(share * BINS)));
    const counts = label === null ? this.#unlabelled : label === 1 ? this.#positive : this.#negative;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }

  histogram(): Histogram {
    return {
      from: this.#from,
      to: this.#to,
      negative: this.#negative,
      positive: this.#positive,
      unlabelled: this.#unlabelled,
      missing: this.#missing,
    };
  }
}

/** Images of one patient are no independent evidence: the interval is over patients. */
export function rocAucOf(
  labelled: readonly Pick<TriagedImage, "probability" | "label" | "cluster">[],
): ReportRocAuc | null {
  const clusters = labelled.map(({ cluster }) => cluster);
  const estimate = delongAuc(
    labelled.map(({ probability }) => probability),
    labelled.map(({ label }) => label ?? 0),
    { clusters, confidence: CONFIDENCE },
  );
  if (estimate === null) return null;
  return {
    value: estimate.auc,
    lower: estimate.interval?.lower ?? null,
    upper: estimate.interval?.upper ?? null,
    confidence: CONFIDENCE,
    patients: new Set(clusters).size,
  };
}

/** What deferring the images nearest to p_low would reach, without any CAM. */
function probabilityOnlyCurve(labelled: readonly TriagedImage[], pLow: number): RiskCoverage[] {
  const cut = Math.fround(pLow);
  const { coverage, selectiveRisk } = riskCoverageCurve(
    labelled.map(({ probability }) => Math.abs(probability - cut)),
    labelled.map(({ probability, label }) => (Number(probability >= cut) === label ? 0 : 1)),
  );
  const step = Math.max(1, Math.ceil(coverage.length / CURVE_POINTS));
  return Array.from(coverage, (share, index) => ({
    coverage: share,
    risk: selectiveRisk[index] ?? 0,
  })).filter((_, index, all) => index % step === 0 || index === all.length - 1);
}
