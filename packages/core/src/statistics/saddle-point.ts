const HALF_LOG_2PI = Math.log(2 * Math.PI) / 2;

/**
 * ln Gamma(x + 1) less Stirling's formula, for x > 0: what keeps binomial and beta densities exact to the last
 * digits where differences of ln Gamma would lose ten of them at x = 10^6.
 *
 * @see Loader 2000, "Fast and accurate computation of binomial probabilities"
 */
export function stirlingError(x: number): number {
  let shifted = x;
  let correction = 0;
  // The series is exact to 1e-17 from 16 on; smaller x climb there by the recurrence of ln Gamma.
  for (; shifted < 16; shifted++) correction += (shifted + 0.5) * Math.log1p(1 / shifted) - 1;
  const inverse = 1 / (shifted * shifted);
  const series =
    1 / 12 -
    inverse *
      (1 / 360 -
        inverse * (1 / 1260 - inverse * (1 / 1680 - inverse * (1 / 1188 - (inverse * 691) / 360360))));
  return correction + series / shifted;
}

/** x ln(x / mean) + mean - x without cancellation where x is near the mean; x >= 0, mean > 0. */
export function devianceTerm(x: number, mean: number): number {
  const difference = x - mean;
  if (Math.abs(difference) > 0.1 * (x + mean)) {
    return (x === 0 ? 0 : x * Math.log(x / mean)) - difference;
  }
  const ratio = difference / (x + mean);
  let sum = difference * ratio;
  let term = 2 * x * ratio;
  for (let odd = 3; ; odd += 2) {
    term *= ratio * ratio;
    const next = sum + term / odd;
    if (next === sum) return sum;
    sum = next;
  }
}

/**
 * ln of C(n, k) p^k q^(n-k), for real 0 <= k <= n.
 *
 * @param odds p and q = 1 - p, both in (0, 1), each to full precision
 */
export function logBinomialDensity(k: number, n: number, odds: { p: number; q: number }): number {
  const { p, q } = odds;
  if (k === 0) return n * logOf(q, p);
  if (k === n) return n * logOf(p, q);
  const stirling = stirlingError(n) - stirlingError(k) - stirlingError(n - k);
  const deviance = devianceTerm(k, n * p) + devianceTerm(n - k, n * q);
  return stirling - deviance + 0.5 * Math.log(n / k / (n - k)) - HALF_LOG_2PI;
}

/** ln x for x = 1 - complement, exact near 1 too. */
function logOf(x: number, complement: number): number {
  return complement < 0.5 ? Math.log1p(-complement) : Math.log(x);
}
