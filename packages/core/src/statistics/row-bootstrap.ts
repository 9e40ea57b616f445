import {
  acceleration,
  type BootstrapInterval,
  bootstrapInterval,
  type BootstrapOptions,
  resolveBootstrapOptions,
} from "./bootstrap-interval.ts";
import { numberClusters } from "./cluster-sums.ts";
import { createRandom } from "./random.ts";

/** A statistic of the rows, row i counted weights[i] times; null where undefined. Must neither keep nor change it. */
export type WeightedStatistic = (weights: Uint32Array) => number | null;

/** Deleting each of 37,000 patients in turn would cost more than the replicates; blocks give the same skew. */
const MAX_JACKKNIFE_BLOCKS = 200;

/** The statistic with each block of clusters left out, blocks being clusters equal modulo their number. */
function blockJackknife(of: Uint32Array, count: number, statistic: WeightedStatistic): (number | null)[] {
  const blocks = Math.min(count, MAX_JACKKNIFE_BLOCKS);
  const weights = new Uint32Array(of.length);
  return Array.from({ length: blocks }, (_, block) => {
    for (let row = 0; row < of.length; row++) weights[row] = of[row]! % blocks === block ? 0 : 1;
    return statistic(weights);
  });
}

/**
 * Bootstrap intervals of any statistics of weighted rows (areas under curves, calibration error), resampling whole
 * clusters as `clusterBootstrap` does; prefer that one where sums suffice. O(replicates x cost of the statistics): use
 * evaluators that sort once, such as `rankingAreasOf` of core/selective.
 *
 * @param clusters shape [n]; the patient (or study) of each row
 * @returns shape [statistics]; limits null as in `clusterBootstrap`
 * @throws HairlineError BAD_ARGUMENT for an option out of range
 */
export function rowBootstrap(
  clusters: ArrayLike<number | string>,
  statistics: readonly WeightedStatistic[],
  options: BootstrapOptions = {},
): BootstrapInterval[] {
  const resolved = resolveBootstrapOptions(options);
  const random = createRandom(resolved.seed);
  const { of, count } = numberClusters(clusters);
  const drawn = statistics.map(() => new Float64Array(resolved.replicates));
  const times = new Uint32Array(count);
  const weights = new Uint32Array(of.length);
  for (let replicate = 0; replicate < resolved.replicates; replicate++) {
    times.fill(0);
    for (let draw = 0; draw < count; draw++) times[random.below(count)]! += 1;
    for (let row = 0; row < of.length; row++) weights[row] = times[of[row]!]!;
    statistics.forEach((statistic, at) => {
      drawn[at]![replicate] = statistic(weights) ?? Number.NaN;
    });
  }
  weights.fill(1);
  return statistics.map((statistic, at) =>
    bootstrapInterval(statistic(weights), drawn[at]!, {
      ...resolved,
      skew: () => {
        const left = blockJackknife(of, count, statistic);
        return acceleration(left, new Uint8Array(left.length).fill(1));
      },
    }),
  );
}
