import { HairlineError } from "../errors.ts";
import { checkScored, checkUnitInterval } from "../statistics/check.ts";
import { OUTCOMES } from "../triage/index.ts";

/** What one model, under one policy, says of the units both models scored. */
export interface ModelReadings {
  /** shape [n]; in [0, 1] */
  readonly probability: Float32Array;
  /** shape [n]; a place in OUTCOMES */
  readonly outcome: Uint8Array;
  /** A forced reading calls positive what is p >= threshold: the policy's p_low on the raw scale. */
  readonly threshold: number;
}

/** Labelled images, or studies, that two models scored, in columns of shape [n]. */
export interface PairedReadings {
  /** 1 fracture, 0 none. */
  readonly label: Uint8Array;
  /** The patient's, or the study's where no patient is known. */
  readonly cluster: Float64Array;
  readonly bodyPart: readonly (string | null)[];
  readonly champion: ModelReadings;
  readonly challenger: ModelReadings;
}

/** @throws HairlineError BAD_SHAPE when lengths differ, or for a label, probability or outcome that is none */
export function checkPairedReadings({
  label,
  cluster,
  bodyPart,
  champion,
  challenger,
}: PairedReadings): void {
  for (const { probability, outcome } of [champion, challenger]) {
    checkScored(probability, label);
    checkUnitInterval("probability", probability);
    if (outcome.length !== label.length || outcome.some((place) => place >= OUTCOMES.length)) {
      throw new HairlineError("BAD_SHAPE", "An outcome is missing or none of the three.", {
        field: "outcome",
      });
    }
  }
  if (cluster.length === label.length && bodyPart.length === label.length) return;
  throw new HairlineError("BAD_SHAPE", "Each unit needs a cluster and a body part.", { field: "cluster" });
}

/** Those of the units that `take` takes. */
export function selectReadings(readings: PairedReadings, take: (row: number) => boolean): PairedReadings {
  const taken = (_: unknown, row: number): boolean => take(row);
  const ofModel = ({ probability, outcome, threshold }: ModelReadings): ModelReadings => ({
    probability: probability.filter(taken),
    outcome: outcome.filter(taken),
    threshold,
  });
  return {
    label: readings.label.filter(taken),
    cluster: readings.cluster.filter(taken),
    bodyPart: readings.bodyPart.filter(taken),
    champion: ofModel(readings.champion),
    challenger: ofModel(readings.challenger),
  };
}

/** What a reading can be right about. */
export type Rightness = "sensitivity" | "specificity" | "decided";

const NEGATIVE = OUTCOMES.indexOf("negative");
const POSITIVE = OUTCOMES.indexOf("positive");

/**
 * shape [n]; 1 where the outcome is right.
 *
 * - `sensitivity`: of fractures, not called negative (as the claim of a certificate); an inconclusive one goes to a person.
 * - `specificity`: of others, not called positive.
 * - `decided`: called what the label says; an inconclusive one is not.
 */
export function rightReadings(kind: Rightness, { outcome }: ModelReadings, label: Uint8Array): Uint8Array {
  switch (kind) {
    case "sensitivity":
      return outcome.map((place) => (place === NEGATIVE ? 0 : 1));
    case "specificity":
      return outcome.map((place) => (place === POSITIVE ? 0 : 1));
    case "decided":
      return outcome.map((place, row) => (place === (label[row] === 1 ? POSITIVE : NEGATIVE) ? 1 : 0));
  }
}
