import { expect, test } from "vitest";
import {
  candidateConfigs,
  certifyPolicies,
  claimEvidence,
  type Claim,
  type LabelledOutcomes,
  type Procedure,
} from "../../src/certificates/index.ts";
import { binomialUpperTail, createRandom, resampleCounts, type Random } from "../../src/statistics/index.ts";
import {
  configAt,
  configCount,
  countOf,
  triage,
  type SweepCounts,
  type SweepGrid,
} from "../../src/triage/index.ts";

/** A kind of image, so many of which are in the world that images are drawn from: every true rate is a finite sum. */
interface Kind {
  readonly label: 0 | 1;
  readonly probability: number;
  readonly entropy: number;
  readonly amount: number;
}

const LEVELS = 20;
const GRID: SweepGrid = {
  pLow: Array.from({ length: LEVELS }, (_, at) => at / LEVELS),
  entropyMax: [1, 2, null],
  areaMax: [null],
  alpha: [0.5],
};
const CONFIGS = configCount(GRID);
const CLAIMS: readonly Claim[] = [
  { metric: "npv", target: 0.92 },
  { metric: "ppv", target: 0.785 },
  { metric: "sensitivity", target: 0.89 },
];
const DELTA = 0.1;
const DRAWS = 1500;
/** About so many images in the world, and in each draw from it. */
const IMAGES = 1500;

/** Fractures score high and are more often localised; the two classes overlap. */
function world(): Kind[] {
  const kinds: Kind[] = [];
  for (const label of [0, 1] as const) {
    for (let level = 0; level < LEVELS; level++) {
      const score = (level + 0.5) / LEVELS;
      const weight = label === 1 ? 0.3 * score ** 1.5 : 0.7 * (1 - score) ** 2;
      for (const entropy of [1, 2, 3]) {
        const localised = label === 1 ? 4 - entropy : entropy;
        const share = (weight * localised) / 6 / LEVELS;
        kinds.push({ label, probability: level / LEVELS, entropy, amount: Math.round(IMAGES * share * 2.7) });
      }
    }
  }
  return kinds;
}

const KINDS = world();
const CELLS = Array.from({ length: CONFIGS }, (_, config) =>
  KINDS.map((kind) => {
    const { outcome } = triage({ ...kind, area: null, degenerate: false }, configAt(GRID, config));
    return countOf(outcome, kind.label);
  }),
);

/** Outcomes of one config over so many images of each kind. */
function outcomesOf(config: number, amounts: ArrayLike<number>): LabelledOutcomes {
  const outcomes = { tp: 0, fp: 0, tn: 0, fn: 0, inconclusive: 0, positives: 0 };
  KINDS.forEach((kind, at) => {
    const amount = amounts[at] ?? 0;
    outcomes[CELLS[config]![at]!] += amount;
    if (kind.label === 1) outcomes.positives += amount;
  });
  return outcomes;
}

const WORLD = KINDS.map(({ amount }) => amount);

function isTrue(config: number): boolean {
  const outcomes = outcomesOf(config, WORLD);
  return CLAIMS.every(({ metric, target }) => {
    const { successes, trials } = claimEvidence(metric, outcomes);
    return trials > 0 && successes / trials >= target;
  });
}

function drawImages(random: Random): Float64Array {
  const amounts = new Float64Array(KINDS.length);
  resampleCounts(random, WORLD, amounts);
  return amounts;
}

function sweepOf(amounts: Float64Array): SweepCounts {
  const all = Array.from({ length: CONFIGS }, (_, config) => outcomesOf(config, amounts));
  const column = (key: keyof LabelledOutcomes): Uint32Array => Uint32Array.from(all, (each) => each[key]);
  return {
    tp: column("tp"),
    fp: column("fp"),
    tn: column("tn"),
    fn: column("fn"),
    inconclusive: column("inconclusive"),
  };
}

function positivesOf(amounts: Float64Array): number {
  return KINDS.reduce((sum, { label }, at) => sum + (label === 1 ? amounts[at]! : 0), 0);
}

/** One choice as the product makes it: candidates from one set of images, certified on another. */
function certifiedConfigs(random: Random, procedure: Procedure): number[] {
  const tuning = drawImages(random);
  const candidates = candidateConfigs(sweepOf(tuning), {
    claims: CLAIMS,
    objective: "coverage",
    limit: 50,
    positives: positivesOf(tuning),
  });
  const certification = drawImages(random);
  const tested = certifyPolicies(
    candidates.map(({ index }) => outcomesOf(index, certification)),
    { claims: CLAIMS, delta: DELTA, procedure },
  );
  return candidates.filter((_, at) => tested[at]?.certified === true).map(({ index }) => index);
}

test.each(["fixed-sequence", "holm"] as const)(
  "certifies a policy with a false claim no more often than promised (%s)",
  (procedure) => {
    const random = createRandom(4);
    let certified = 0;
    let broken = 0;
    for (let draw = 0; draw < DRAWS; draw++) {
      const configs = certifiedConfigs(random, procedure);
      if (configs.length > 0) certified += 1;
      if (configs.some((config) => !isTrue(config))) broken += 1;
    }
    // Were the promise broken with probability DELTA exactly, this many or more failures had at least this chance.
    expect(binomialUpperTail(broken, DRAWS, DELTA)).toBeGreaterThan(1e-3);
    // The promise is not kept by refusing everything.
    expect(certified / DRAWS).toBeGreaterThan(0.3);
  },
);

test("the simulation would show a broken promise: certifying by the observed rates breaks it", () => {
  const random = createRandom(4);
  let broken = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    const amounts = drawImages(random);
    const candidates = candidateConfigs(sweepOf(amounts), {
      claims: CLAIMS,
      objective: "coverage",
      limit: 50,
      positives: positivesOf(amounts),
    });
    if (candidates.some(({ index }) => !isTrue(index))) broken += 1;
  }
  expect(binomialUpperTail(broken, DRAWS, DELTA)).toBeLessThan(1e-9);
});
