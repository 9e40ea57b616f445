import type { Outcome } from "../triage/index.ts";
import { farthestFirst, inTurns, type Direction } from "./diversify.ts";

/** A study whose label is not known. */
export interface Candidate {
  readonly studyId: number;
  readonly bodyPart: string | null;
  readonly outcome: Outcome;
  /** To another outcome, as a share of the threshold's room; at least 0. */
  readonly distance: number;
}

/** How alike studies are kept apart: by embedding, or by body part where some study has none. */
export type Diversity = "embedding" | "body-part";

export interface RankOptions {
  readonly limit: number;
  /** Of every candidate; undefined to keep body parts apart instead. */
  readonly directions?: ReadonlyMap<number, Direction> | undefined;
}

/** Candidates looked at for each pick: the nearest to a threshold, so that diversity never reaches for sure studies. */
export const CHOICE = 4;

function byNeed(a: Candidate, b: Candidate): number {
  return a.distance - b.distance || a.studyId - b.studyId;
}

/**
 * The studies to label next: inconclusive ones first, then those nearest to a threshold. Of each kind the `limit x CHOICE`
 * most needed are looked at, and picked so that they differ.
 *
 * @returns at most `limit` candidates, the most useful first; the same for the same candidates in any order
 */
export function rankStudies<Study extends Candidate>(
  candidates: readonly Study[],
  { limit, directions }: RankOptions,
): Study[] {
  const ranked: Study[] = [];
  for (const inconclusive of [true, false]) {
    const open = limit - ranked.length;
    const shortlist = candidates
      .filter(({ outcome }) => (outcome === "inconclusive") === inconclusive)
      .toSorted(byNeed)
      .slice(0, open * CHOICE);
    ranked.push(...pick(shortlist, open, { ranked, directions }).map((at) => shortlist[at]!));
  }
  return ranked;
}

function pick(
  shortlist: readonly Candidate[],
  count: number,
  { ranked, directions }: { ranked: readonly Candidate[]; directions: RankOptions["directions"] },
): number[] {
  if (directions === undefined)
    return inTurns(
      shortlist.map(({ bodyPart }) => bodyPart ?? ""),
      count,
    );
  const directionOf = ({ studyId }: Candidate): Direction => directions.get(studyId)!;
  return farthestFirst(shortlist.map(directionOf), count, ranked.map(directionOf));
}
