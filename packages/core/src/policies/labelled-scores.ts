import type { Database } from "../db/index.ts";
import { streamScoredFacts } from "../analysis/scored-facts.ts";
import { noPredictions, type ImageFilter, type ReadingScope } from "../readings/scope.ts";
import { openSnapshot } from "../readings/snapshot.ts";
import { readFingerprint } from "./fingerprint.ts";

/** The labelled images of a reading, in columns; all of shape [n]. */
export interface LabelledScores {
  /** As stored, float32. */
  readonly probabilities: Float32Array;
  /** 1 fracture, 0 none. */
  readonly labels: Uint8Array;
  /** The patient, or the study where no patient is known. */
  readonly clusters: Float64Array;
  readonly positives: number;
  /** Of all scored images of the reading, labelled or not. */
  readonly fingerprint: string;
}

/**
 * Reads the labelled scores of a selection, from one snapshot.
 *
 * @throws HairlineError NO_PREDICTIONS when the selection has no scored image
 */
export async function readLabelledScores(
  database: Database,
  scope: ReadingScope,
  filter: ImageFilter | undefined,
): Promise<LabelledScores> {
  await using snapshot = await openSnapshot(database);
  const probabilities: number[] = [];
  const labels: number[] = [];
  const clusters: number[] = [];
  let scored = 0;
  const query = { scope, filter, alpha: null, labelledOnly: false };
  for await (const { probability, label, cluster } of streamScoredFacts(snapshot.client, query)) {
    scored += 1;
    if (label === null) continue;
    probabilities.push(probability);
    labels.push(label);
    clusters.push(cluster);
  }
  if (scored === 0) throw noPredictions(scope.dataset, scope.model);
  return {
    probabilities: Float32Array.from(probabilities),
    labels: Uint8Array.from(labels),
    clusters: Float64Array.from(clusters),
    positives: labels.reduce((total, label) => total + label, 0),
    fingerprint: await readFingerprint(snapshot.client, scope, filter),
  };
}
