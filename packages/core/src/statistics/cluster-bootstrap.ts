import {
  acceleration,
  type BootstrapInterval,
  bootstrapInterval,
  type BootstrapOptions,
  resolveBootstrapOptions,
} from "./bootstrap-interval.ts";
import type { ClusterSums } from "./cluster-sums.ts";
import { resampleCounts } from "./multinomial.ts";
import { createRandom, type Random } from "./random.ts";

/** A statistic of the columns' totals; null where undefined. Must neither keep nor change the array. */
export type SumStatistic = (totals: Float64Array) => number | null;

/** totals[j] = sum over types of times[type] * types[type, j]. */
function addUp({ width, types }: ClusterSums, times: Float64Array, totals: Float64Array): void {
  totals.fill(0);
  for (let type = 0; type < times.length; type++) {
    const weight = times[type]!;
    if (weight === 0) continue;
    for (let place = 0; place < width; place++) totals[place]! += weight * types[type * width + place]!;
  }
}

/** Writes how often each type comes up when as many clusters as there are are drawn with replacement. */
function clusterSampler({
  multiplicity,
  clusterCount,
}: ClusterSums): (random: Random, times: Float64Array) => void {
  if (multiplicity.length < clusterCount / 4) {
    return (random, times) => resampleCounts(random, multiplicity, times);
  }
  // With few equal clusters, one uniform draw each is cheaper than one binomial per type.
  const typeOf = new Uint32Array(clusterCount);
  let filled = 0;
  multiplicity.forEach((count, type) => {
    typeOf.fill(type, filled, filled + count);
    filled += count;
  });
  return (random, times) => {
    times.fill(0);
    for (let draw = 0; draw < clusterCount; draw++) times[typeOf[random.below(clusterCount)]!]! += 1;
  };
}

/** The statistic with one cluster of each type left out. */
function jackknife(sums: ClusterSums, totals: Float64Array, statistic: SumStatistic): (number | null)[] {
  const left = new Float64Array(sums.width);
  return Array.from(sums.multiplicity, (_, type) => {
    for (let place = 0; place < sums.width; place++) {
      left[place] = totals[place]! - sums.types[type * sums.width + place]!;
    }
    return statistic(left);
  });
}

/**
 * Bootstrap intervals of statistics of sums (sensitivity, kappa, gate differences, ... from counts), resampling whole
 * clusters. This is the interval to prefer for all of them: images of one patient resemble each other, and intervals
 * that take images as independent (Wilson, Clopper-Pearson, DeLong without clusters) were measured about 1.2 times
 * too narrow. All statistics see the same resamples, so a difference is one statistic of both its parts.
 *
 * Each replicate draws how often each distinct vector of sums comes up, which is exact: 2,000 replicates of 100,000
 * images in 37,000 patients take about 0.1 s for counts.
 *
 * @returns shape [statistics]. Limits are null where the statistic is undefined for the data or for over 5 % of the
 *   replicates, and where all replicates are equal (30 of 30 right: use `clopperPearsonInterval`)
 * @throws HairlineError BAD_ARGUMENT for an option out of range
 * @see Field & Welsh 2007, J. R. Stat. Soc. B 69:369-390 (cluster bootstrap)
 */
export function clusterBootstrap(
  sums: ClusterSums,
  statistics: readonly SumStatistic[],
  options: BootstrapOptions = {},
): BootstrapInterval[] {
  const resolved = resolveBootstrapOptions(options);
  const random = createRandom(resolved.seed);
  const sample = clusterSampler(sums);
  const drawn = statistics.map(() => new Float64Array(resolved.replicates));
  const times = new Float64Array(sums.multiplicity.length);
  const totals = new Float64Array(sums.width);
  for (let replicate = 0; replicate < resolved.replicates; replicate++) {
    sample(random, times);
    addUp(sums, times, totals);
    statistics.forEach((statistic, at) => {
      drawn[at]![replicate] = statistic(totals) ?? Number.NaN;
    });
  }
  addUp(sums, sums.multiplicity, totals);
  return statistics.map((statistic, at) =>
    bootstrapInterval(statistic(totals), drawn[at]!, {
      ...resolved,
      skew: () => acceleration(jackknife(sums, totals, statistic), sums.multiplicity),
    }),
  );
}
