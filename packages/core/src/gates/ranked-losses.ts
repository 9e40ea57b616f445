import { augrcOf } from "../selective/index.ts";
import { rankDescending, runningSumsOf } from "../selective/ranking.ts";

/** 0/1 losses in the order of a confidence, sorted once for any number of weightings. */
export interface RankedLosses {
  /** AUGRC of the rows, row i counted weights[i] times (absent, once); null when there is no row of weight. */
  augrc(weights?: Uint32Array): number | null;
  /**
   * Expected errors among the `kept` surest rows. Of the tie that straddles the end a share is kept at random, so that
   * no order of equal rows is better than another. `kept` is in weights, at most their sum.
   */
  expectedErrors(kept: number, weights?: Uint32Array): number;
}

/** @param confidence shape [n]; no NaN. @param loss shape [n]; 0 or 1 */
export function rankLosses(confidence: Float64Array, loss: Uint8Array): RankedLosses {
  const sums = runningSumsOf(rankDescending(confidence), loss);
  return {
    augrc: augrcOf(confidence, loss),
    expectedErrors(kept, weights) {
      const { counts, totals } = sums(weights);
      const straddling = counts.findIndex((count) => count >= kept);
      const before = counts[straddling - 1] ?? 0;
      const lossBefore = totals[straddling - 1] ?? 0;
      const size = (counts[straddling] ?? 0) - before;
      if (size === 0) return lossBefore;
      return lossBefore + ((totals[straddling]! - lossBefore) * (kept - before)) / size;
    },
  };
}
