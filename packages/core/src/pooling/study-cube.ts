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
  const pooled = poolProbability(
    rule === "views" ? "max" : rule,
    study.views.map((view) => view.probability),
  );
  byP[floorLevel(axes.p, pooled)]! += 1;
  const points = rule === "views" ? study.views : leadingPoint(study.views, pooled);
  const passing = points.flatMap((view) => passingView(view, axes));
  if (passing.length === 0) return;
  for (let alpha = 0; alpha < axes.alpha.alphas.length; alpha++) {
    const boxes = passing.flatMap(({ view, p, entropy }): Box[] => {
      const area = capLevel(axes.area, view.areas[alpha] ?? null);
      return area === 0 ? [] : [[p, entropy, area]];
    });
    for (const [[p, entropy, area], sign] of unionTerms(boxes)) {
      const row = (alpha * axes.p.levelCount + p - 1) * axes.entropy.levelCount + entropy - 1;
      cells[row * axes.area.levelCount + area - 1]! += sign;
    }
  }
}

/** The study as one point: the pooled probability with the CAM of the leading view. */
function leadingPoint(views: readonly SweptView[], probability: number): SweptView[] {
  const lead = leadingView(views.map((view) => ({ ...view, area: null })));
  return lead === undefined ? [] : [{ ...lead, probability }];
}

/** Levels of p_low, entropy_max and area_max that a view passes, each at least 1: all configs up to them. */
type Box = readonly [p: number, entropy: number, area: number];

/** Levels that do not depend on alpha; none for a view that passes no config. */
function passingView(view: SweptView, axes: SweepAxes): { view: SweptView; p: number; entropy: number }[] {
  if (view.degenerate) return [];
  const p = floorLevel(axes.p, view.probability);
  const entropy = capLevel(axes.entropy, view.entropy);
  return p === 0 || entropy === 0 ? [] : [{ view, p, entropy }];
}

/**
 * The union of the boxes [1..p] x [1..entropy] x [1..area] as a sum of boxes with whole coefficients: adding a box v
 * to a union U gives U + v - U v, and the product of two boxes is the box of their smaller sides.
 */
function unionTerms(boxes: readonly Box[]): Iterable<readonly [Box, number]> {
  const outer = boxes.length < 2 ? boxes : boxes.filter((each, at) => !isCovered(each, at, boxes));
  const [first] = outer;
  if (first === undefined || outer.length === 1) return outer.map((box) => [box, 1] as const);
  const union = new Map<string, readonly [Box, number]>();
  for (const box of outer) {
    const terms = [...union.values()];
    addTerm(union, box, 1);
    for (const [term, sign] of terms) addTerm(union, meet(term, box), -sign);
  }
  return union.values();
}

/** Whether another box holds all of this one; of equal boxes all but the first are covered. */
function isCovered(box: Box, at: number, boxes: readonly Box[]): boolean {
  return boxes.some(
    (other, place) => place !== at && holds(other, box) && (place < at || !holds(box, other)),
  );
}

function holds(outer: Box, inner: Box): boolean {
  return outer[0] >= inner[0] && outer[1] >= inner[1] && outer[2] >= inner[2];
}

function meet(a: Box, b: Box): Box {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.min(a[2], b[2])];
}

function addTerm(terms: Map<string, readonly [Box, number]>, box: Box, sign: number): void {
  const key = box.join();
  const sum = (terms.get(key)?.[1] ?? 0) + sign;
  if (sum === 0) terms.delete(key);
  else terms.set(key, [box, sum]);
}
