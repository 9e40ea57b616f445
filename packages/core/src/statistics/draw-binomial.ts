import type { Random } from "./random.ts";
import { logBinomialDensity } from "./saddle-point.ts";

/** Below this mean, counting up the distribution takes fewer steps than a rejection costs. */
const INVERSION_MEAN = 10;

/**
 * One draw from Binomial(n, p), exact in distribution, in time that does not grow with n.
 *
 * @param n whole, at least 0
 * @param p in [0, 1]
 */
export function drawBinomial(random: Random, n: number, p: number): number {
  if (p > 0.5) return n - drawBinomial(random, n, 1 - p);
  if (n === 0 || p <= 0) return 0;
  return n * p < INVERSION_MEAN ? drawByInversion(random, n, p) : drawByRejection(random, n, p);
}

function drawByInversion(random: Random, n: number, p: number): number {
  const odds = p / (1 - p);
  let density = Math.exp(n * Math.log1p(-p));
  let remaining = random.uniform();
  let k = 0;
  while (remaining >= density && k < n) {
    remaining -= density;
    k += 1;
    density *= (odds * (n - k + 1)) / k;
  }
  return k;
}

/**
 * Hormann's transformed rejection (BTRS), for n p >= 10 and p <= 1/2.
 *
 * @see Hormann 1993, J. Stat. Comput. Simul. 46:101-110
 */
function drawByRejection(random: Random, n: number, p: number): number {
  const odds = { p, q: 1 - p };
  const spread = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const mode = Math.floor((n + 1) * p);
  for (;;) {
    const u = random.uniform() - 0.5;
    const v = random.uniform();
    const edge = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / edge + b) * u + n * p + 0.5);
    if (k < 0 || k > n || Number.isNaN(k)) continue;
    if (edge >= 0.07 && v <= 0.92 - 4.2 / b) return k;
    const height = Math.log((v * (2.83 + 5.1 / b) * spread) / (a / (edge * edge) + b));
    if (height <= logBinomialDensity(k, n, odds) - logBinomialDensity(mode, n, odds)) return k;
  }
}
