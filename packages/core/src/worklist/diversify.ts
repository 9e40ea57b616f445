import { HairlineError } from "../errors.ts";

/** Where a study lies among the others: unit length; shape [d]. */
export type Direction = Float32Array;

/** 1 - cosine; 0 for the same direction, 2 for the opposite. */
function cosineDistance(a: Direction, b: Direction): number {
  let dot = 0;
  for (let at = 0; at < a.length; at++) dot += a[at]! * b[at]!;
  return 1 - dot;
}

/**
 * The direction of a study: the mean of its views' embeddings, scaled to length 1; all zero stays so.
 *
 * @param views at least one, each shape [d]
 * @throws HairlineError BAD_SHAPE when their lengths differ
 */
export function meanDirection(views: readonly Float32Array[]): Direction {
  const [first] = views;
  const mean = new Float64Array(first?.length ?? 0);
  for (const view of views) {
    if (view.length !== mean.length)
      throw new HairlineError("BAD_SHAPE", "Embeddings differ in length.", { field: "embedding" });
    for (let at = 0; at < mean.length; at++) mean[at]! += view[at]!;
  }
  const length = Math.sqrt(mean.reduce((sum, value) => sum + value * value, 0));
  return Float32Array.from(mean, (value) => (length === 0 ? 0 : value / length));
}

/**
 * Picks the candidate farthest from all picked so far, again and again: so each pick shows what the earlier ones do not. The
 * first pick, when nothing was picked before, is the first candidate; of equally far ones the earlier is picked. Takes
 * count x candidates distances.
 *
 * @param candidates in order of need
 * @param count picks; all candidates when they are fewer
 * @param before directions picked earlier
 * @returns indices of candidates, in the order picked
 * @see Gonzalez 1985, Theor. Comput. Sci. 38:293-306; Sener & Savarese 2018, arXiv:1708.00489 (k-center for labelling)
 */
export function farthestFirst(
  candidates: readonly Direction[],
  count: number,
  before: readonly Direction[] = [],
): number[] {
  const nearest = candidates.map((candidate) =>
    before.reduce((least, picked) => Math.min(least, cosineDistance(candidate, picked)), Infinity),
  );
  const picks: number[] = [];
  while (picks.length < Math.min(count, candidates.length)) {
    let farthest = -1;
    for (let at = 0; at < candidates.length; at++) {
      if (nearest[at] !== -Infinity && (farthest === -1 || nearest[at]! > nearest[farthest]!)) farthest = at;
    }
    const picked = candidates[farthest]!;
    picks.push(farthest);
    nearest[farthest] = -Infinity;
    for (let at = 0; at < candidates.length; at++) {
      if (nearest[at] === -Infinity) continue;
      nearest[at] = Math.min(nearest[at]!, cosineDistance(candidates[at]!, picked));
    }
  }
  return picks;
}

/**
 * Takes one of each group in turn, groups by their first member, so that no group crowds the others out.
 *
 * @param groups of each candidate, in order of need
 * @returns indices of candidates, in the order picked
 */
export function inTurns(groups: readonly string[], count: number): number[] {
  const members = new Map<string, number[]>();
  for (const [at, group] of groups.entries()) {
    const earlier = members.get(group);
    if (earlier === undefined) members.set(group, [at]);
    else earlier.push(at);
  }
  const picks: number[] = [];
  for (let round = 0; picks.length < Math.min(count, groups.length); round++) {
    for (const group of members.values()) {
      const next = group[round];
      if (next !== undefined && picks.length < count) picks.push(next);
    }
  }
  return picks;
}
