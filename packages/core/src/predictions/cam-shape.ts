import { HairlineError } from "../errors.ts";

export interface CamShape {
  readonly height: number;
  readonly width: number;
}

/** Side of the largest grid taken: a larger one would not fit the CSV reader's longest record. */
const MAX_SIDE = 64;

/**
 * A shape written as 7x7, height first.
 *
 * @throws HairlineError BAD_ARGUMENT
 */
export function parseCamShape(text: string): CamShape {
  const [, height, width] = /^(\d{1,3})x(\d{1,3})$/.exec(text.trim()) ?? [];
  const shape = { height: Number(height), width: Number(width) };
  if ([shape.height, shape.width].every((side) => side >= 1 && side <= MAX_SIDE)) return shape;
  throw new HairlineError("BAD_ARGUMENT", `${JSON.stringify(text)} is not the shape of a CAM.`, {
    field: "--cam-shape",
    remedy: `Give height and width as 7x7, at most ${MAX_SIDE} each.`,
  });
}

/** The square shape of that many cells; undefined when there is none. */
export function squareShape(cells: number): CamShape | undefined {
  const side = Math.round(Math.sqrt(cells));
  return side >= 1 && side <= MAX_SIDE && side * side === cells ? { height: side, width: side } : undefined;
}

/** The most frequent of the cell counts, the smaller of equally frequent ones; undefined without any. */
export function commonCellCount(counts: readonly number[]): number | undefined {
  const frequency = new Map<number, number>();
  for (const count of counts) frequency.set(count, (frequency.get(count) ?? 0) + 1);
  const ranked = [...frequency].toSorted(([a, timesA], [b, timesB]) => timesB - timesA || a - b);
  return ranked[0]?.[0];
}
