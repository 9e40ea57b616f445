import type { PairedReadings } from "../comparison/index.ts";
import { type Outcome, OUTCOMES } from "../triage/index.ts";
import type { ReadUnit } from "./read-units.ts";

/** Images, or studies, left out of a comparison. */
export interface ExcludedUnits {
  /** Scored by one of the models only. */
  readonly onlyChampion: number;
  readonly onlyChallenger: number;
  /** Scored by both, but without a label; their flips are told, nothing else. */
  readonly unlabelled: number;
}

/** How many were read as this pair of outcomes. */
export interface OutcomeFlip {
  readonly champion: Outcome;
  readonly challenger: Outcome;
  readonly units: number;
  readonly positives: number;
  readonly negatives: number;
  readonly unlabelled: number;
}

/** An image, or study, that the two models' policies read differently. */
export interface FlippedUnit {
  /** Id of the image, or key of the study. */
  readonly unit: number | string;
  readonly bodyPart: string | null;
  readonly label: 0 | 1 | null;
  readonly champion: { readonly outcome: Outcome; readonly probability: number };
  readonly challenger: { readonly outcome: Outcome; readonly probability: number };
}

export interface PairedUnits {
  readonly readings: PairedReadings;
  readonly excluded: ExcludedUnits;
  /** Every pair that occurs, agreements included. */
  readonly flips: readonly OutcomeFlip[];
  readonly flipped: readonly FlippedUnit[];
}

/** Puts the readings of two models side by side. O(units) memory. */
export async function pairUnits(
  champion: AsyncIterable<ReadUnit>,
  challenger: AsyncIterable<ReadUnit>,
  thresholds: { readonly champion: number; readonly challenger: number },
): Promise<PairedUnits> {
  const first = new Map<number | string, ReadUnit>();
  for await (const unit of champion) first.set(unit.unit, unit);
  const collected = collectPairs(thresholds);
  let both = 0;
  let onlyChallenger = 0;
  for await (const unit of challenger) {
    const other = first.get(unit.unit);
    if (other === undefined) {
      onlyChallenger += 1;
      continue;
    }
    both += 1;
    collected.add(other, unit);
  }
  const { unlabelled, ...paired } = collected.paired();
  return { ...paired, excluded: { onlyChampion: first.size - both, onlyChallenger, unlabelled } };
}

function collectPairs(thresholds: { readonly champion: number; readonly challenger: number }) {
  const labelled: [ReadUnit, ReadUnit][] = [];
  const flips = new Map<string, { -readonly [Key in keyof OutcomeFlip]: OutcomeFlip[Key] }>();
  const flipped: FlippedUnit[] = [];
  let unlabelled = 0;
  return {
    add(one: ReadUnit, two: ReadUnit): void {
      const { label } = one;
      if (label === null) unlabelled += 1;
      else labelled.push([one, two]);
      countFlip(flips, one, two);
      if (one.outcome !== two.outcome) {
        const { unit, bodyPart } = one;
        flipped.push({ unit, bodyPart, label, champion: reading(one), challenger: reading(two) });
      }
    },
    paired: () => ({
      readings: columns(labelled, thresholds),
      flips: [...flips.values()].toSorted(
        (a, b) => place(a.champion) - place(b.champion) || place(a.challenger) - place(b.challenger),
      ),
      flipped,
      unlabelled,
    }),
  };
}

function reading({ outcome, probability }: ReadUnit) {
  return { outcome, probability };
}

function place(outcome: Outcome): number {
  return OUTCOMES.indexOf(outcome);
}

function countFlip(
  flips: Map<string, { -readonly [Key in keyof OutcomeFlip]: OutcomeFlip[Key] }>,
  { outcome: champion, label }: ReadUnit,
  { outcome: challenger }: ReadUnit,
): void {
  const key = `${champion} ${challenger}`;
  const none = { champion, challenger, units: 0, positives: 0, negatives: 0, unlabelled: 0 };
  const flip = flips.get(key) ?? none;
  flip.units += 1;
  flip[label === null ? "unlabelled" : label === 1 ? "positives" : "negatives"] += 1;
  flips.set(key, flip);
}

function columns(
  pairs: readonly [ReadUnit, ReadUnit][],
  thresholds: { readonly champion: number; readonly challenger: number },
): PairedReadings {
  const model = (at: 0 | 1, threshold: number) => ({
    probability: Float32Array.from(pairs, (pair) => pair[at].probability),
    outcome: Uint8Array.from(pairs, (pair) => place(pair[at].outcome)),
    threshold,
  });
  return {
    label: Uint8Array.from(pairs, ([{ label }]) => label ?? 0),
    cluster: Float64Array.from(pairs, ([{ cluster }]) => cluster),
    bodyPart: pairs.map(([{ bodyPart }]) => bodyPart),
    champion: model(0, thresholds.champion),
    challenger: model(1, thresholds.challenger),
  };
}
