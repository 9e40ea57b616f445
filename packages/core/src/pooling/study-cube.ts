import type { SweepAxes, SweepCube } from "../triage/index.ts";
import { poolProbability } from "./pool-probability.ts";
import { leadingView, type StudyRule } from "./study-outcome.ts";
import { capLevel, floorLevel } from "./threshold-level.ts";

/** A view of a study with its areas at the sweep's alphas. */
export interface SweptView {
  readonly imageId: number;
  readonly probability: number;
  readonly entropy: number | null;
  readonly degenerate: boolean;
  /** shape [distinct alphas of the sweep]; null where missing. */
  readonly areas: readonly (number | null)[];
}

/** Levels of p_low, entropy_max and area_max that a view passes, each at least 1. */
type Levels = readonly [p: number, entropy: number, area: number];

/**
 * Adds one labelled study to the cells of a sweep.
 *
 * Under a pooling a study is one point, as an image is. Under `views` it is positive wherever any of its views is: a
 * union of boxes of the cube, which inclusion and exclusion turn into points with signs. Their suffix sums then count
 * every study once at every config. Cells are uint32 and wrap: a cell may go below 0, the sums over it do not.
 *
 * @param views at least one
 */
export function addStudy(
  study: { readonly label: 0 | 1; readonly views: readonly SweptView[] },
  rule: StudyRule,
  { axes, cube }: { axes: SweepAxes; cube: SweepCube },
): void {
  const cells = study.label === 1 ? cube.positive : cube.negative;
  const byP = study.label === 1 ? cube.positiveByP : cube.negativeByP;
  const probabilities = study.views.map((view) => view.probability);
  const pooled = poolProbability(rule === "views" ? "max" : rule, probabilities);
  byP[floorLevel(axes.p, pooled)]! += 1;
  const lead = leadingView(study.views.map((view) => ({ ...view, area: null })));
  const points =
    rule === "views" ? study.views : lead === undefined ? [] : [{ ...lead, probability: pooled }];
  for (let alpha = 0; alpha < axes.alpha.alphas.length; alpha++) {
    const levels = points.map((view) => levelsOf(view, alpha, axes)).filter((each) => each !== null);
    for (const [[p, entropy, area], sign] of unionTerms(levels)) {
      const row = (alpha * axes.p.levelCount + p - 1) * axes.entropy.levelCount + entropy - 1;
      cells[row * axes.area.levelCount + area - 1]! += sign;
    }
  }
}

/** Null where the view passes no config at this alpha. */
function levelsOf(view: SweptView, alpha: number, axes: SweepAxes): Levels | null {
  if (view.degenerate) return null;
  const levels: Levels = [
    floorLevel(axes.p, view.probability),
    capLevel(axes.entropy, view.entropy),
    capLevel(axes.area, view.areas[alpha] ?? null),
  ];
  return levels.includes(0) ? null : levels;
}

/**
 * The union of the boxes [1..p] x [1..entropy] x [1..area] as a sum of boxes with whole coefficients: adding a box v
 * to a union U gives U + v - U v, and the product of two boxes is the box of their smaller sides.
 */
function unionTerms(boxes: readonly Levels[]): (readonly [Levels, number])[] {
  let union = new Map<string, readonly [Levels, number]>();
  for (const box of boxes.filter((each, at) => !isCovered(each, at, boxes))) {
    const next = new Map(union);
    addTerm(next, box, 1);
    for (const [term, sign] of union.values()) addTerm(next, meet(term, box), -sign);
    union = next;
  }
  return [...union.values()];
}

/** Whether another box holds all of this one; of equal boxes all but the first are covered. */
function isCovered(box: Levels, at: number, boxes: readonly Levels[]): boolean {
  return boxes.some(
    (other, place) =>
      place !== at &&
      other.every((side, dimension) => side >= box[dimension]!) &&
      (place < at || other.some((side, dimension) => side > box[dimension]!)),
  );
}

function meet(a: Levels, b: Levels): Levels {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.min(a[2], b[2])];
}

function addTerm(terms: Map<string, readonly [Levels, number]>, box: Levels, sign: number): void {
  const key = box.join();
  const sum = (terms.get(key)?.[1] ?? 0) + sign;
  if (sum === 0) terms.delete(key);
  else terms.set(key, [box, sum]);
}
