import { triageImages, type TriageRequest } from "@hairline/core/readings";
import { FineHistogram } from "./fine-histogram.ts";
import { GalleryPicks } from "./gallery-picks.ts";
import { LabelledScores } from "./labelled-scores.ts";
import type { ReportHistograms } from "./report-input.ts";

export interface CollectedImages {
  readonly histograms: ReportHistograms;
  readonly scores: LabelledScores;
  readonly picks: GalleryPicks;
}

const PROBABILITY = { width: 0.04, limit: 1 };
/** In nats; the entropy of a flat grid of 64 x 64 cells is 8.3. */
const ENTROPY = { width: 0.025, limit: 10 };

/** One pass over the triaged images: everything of the report that a count per body part cannot say. */
export async function collectImages(request: TriageRequest): Promise<CollectedImages> {
  const probability = new FineHistogram(PROBABILITY);
  const entropy = new FineHistogram(ENTROPY);
  const scores = new LabelledScores();
  const picks = new GalleryPicks();
  for await (const image of triageImages(request)) {
    probability.add(image.probability, image.label);
    entropy.add(image.entropy, image.label);
    scores.add(image);
    picks.offer(image);
  }
  const { entropyMax } = request.policy;
  return {
    histograms: {
      probability: probability.whole(),
      entropy: entropy.occupied(entropyMax === null ? [] : [entropyMax]),
    },
    scores,
    picks,
  };
}
