import { HairlineError } from "../errors.ts";
import { drawBinomial } from "./draw-binomial.ts";
import type { Random } from "./random.ts";

/**
 * One bootstrap resample of a table of counts: Multinomial(total, counts / total), drawn as conditional binomials, so
 * 10 M images cost as little as 10. The row bootstrap of any metric of the counts; draw positives and negatives apart
 * for a stratified one. It takes rows as independent: resample patients with `clusterBootstrap` where they are not.
 *
 * @param counts shape [m]; whole, at least 0
 * @param out shape [m]; overwritten
 * @throws HairlineError BAD_SHAPE when the lengths differ or a count is negative or not whole
 */
export function resampleCounts(random: Random, counts: ArrayLike<number>, out: Float64Array): void {
  if (out.length !== counts.length) {
    throw new HairlineError("BAD_SHAPE", `${out.length} places for ${counts.length} counts.`);
  }
  let total = 0;
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at]!;
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new HairlineError("BAD_SHAPE", `Count ${at} is ${count}.`, { field: "counts" });
    }
    total += count;
  }
  let mass = total;
  let left = total;
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at]!;
    // The last cell with mass takes the rest: its conditional probability is 1.
    const drawn =
      left === 0 || count === 0 ? 0 : count === mass ? left : drawBinomial(random, left, count / mass);
    out[at] = drawn;
    left -= drawn;
    mass -= count;
  }
}
