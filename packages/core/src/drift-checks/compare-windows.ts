import {
  compareMix,
  compareRates,
  kolmogorovSmirnov,
  meanDiscrepancy,
  populationStability,
  type DriftMeasure,
  type Rate,
} from "../drift/index.ts";
import { DISTRIBUTIONS, type Distribution, type WindowFacts } from "./read-window.ts";

interface Windows {
  readonly reference: WindowFacts;
  readonly current: WindowFacts;
}

/** The middle of ascending values; null of none. */
function median(values: Float64Array): number | null {
  const half = values.length >> 1;
  if (values.length % 2 === 1) return values[half]!;
  return values.length === 0 ? null : (values[half - 1]! + values[half]!) / 2;
}

function distribution(name: Distribution, { reference, current }: Windows): DriftMeasure {
  const [before, after] = [reference.values[name], current.values[name]];
  const { statistic, pValue } = kolmogorovSmirnov(before, after);
  return {
    name,
    kind: "distribution",
    test: pValue === null ? null : "kolmogorov-smirnov",
    statistic,
    pValue,
    effect: populationStability(before, after).psi,
    reference: before.length,
    current: after.length,
    from: median(before),
    to: median(after),
  };
}

function rate(name: string, before: Rate, after: Rate): DriftMeasure {
  const { test, statistic, pValue, difference } = compareRates(before, after);
  return {
    name,
    kind: "rate",
    test: pValue === null ? null : test,
    statistic,
    pValue,
    effect: difference === null ? null : Math.abs(difference),
    reference: before.trials,
    current: after.trials,
    from: before.trials === 0 ? null : before.successes / before.trials,
    to: after.trials === 0 ? null : after.successes / after.trials,
  };
}

function rates({ reference, current }: Windows): DriftMeasure[] {
  const scored = (name: string, of: (window: WindowFacts) => number): DriftMeasure =>
    rate(
      name,
      { successes: of(reference), trials: reference.images },
      { successes: of(current), trials: current.images },
    );
  const tried = ({ quarantined, images }: WindowFacts): Rate => ({
    successes: quarantined,
    trials: images + quarantined,
  });
  const outcomes =
    reference.outcomes === undefined
      ? []
      : [
          scored("abstention", ({ outcomes: counts }) => counts?.inconclusive ?? 0),
          scored("positive", ({ outcomes: counts }) => counts?.positive ?? 0),
        ];
  return [
    ...outcomes,
    scored("degenerate", ({ degenerate }) => degenerate),
    rate("quarantine", tried(reference), tried(current)),
  ];
}

function bodyPartMix({ reference, current }: Windows): DriftMeasure {
  const names = [...new Set([...reference.bodyParts.keys(), ...current.bodyParts.keys()])].toSorted();
  const { test, statistic, pValue, moved, largest } = compareMix(
    names.map((name) => ({
      name,
      reference: reference.bodyParts.get(name) ?? 0,
      current: current.bodyParts.get(name) ?? 0,
    })),
  );
  return {
    name: "body_part",
    kind: "mix",
    test: pValue === null ? null : test,
    statistic,
    pValue,
    effect: moved,
    reference: reference.images,
    current: current.images,
    from: null,
    to: null,
    largest,
  };
}

function embeddings({ reference, current }: Windows, seed: number): DriftMeasure {
  const none = { values: new Float32Array(0), dimensions: 1 };
  const [before, after] = [reference.embeddings ?? none, current.embeddings ?? none];
  const tested = reference.embeddings !== undefined && current.embeddings !== undefined;
  const { squared, pValue } = tested
    ? meanDiscrepancy(before, after, { seed })
    : { squared: null, pValue: null };
  return {
    name: "embedding",
    kind: "embedding",
    test: pValue === null ? null : "mmd permutation",
    statistic: squared,
    pValue,
    // An unbiased estimate of what cannot be negative may be.
    effect: squared === null ? null : Math.max(0, squared),
    reference: before.values.length / before.dimensions,
    current: after.values.length / after.dimensions,
    from: null,
    to: null,
  };
}

/** Every measure of two windows, those that a window has nothing for included. */
export function compareWindows(windows: Windows, seed: number): DriftMeasure[] {
  return [
    ...DISTRIBUTIONS.map((name) => distribution(name, windows)),
    ...rates(windows),
    bodyPartMix(windows),
    embeddings(windows, seed),
  ];
}
