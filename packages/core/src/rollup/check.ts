import type { Database } from "../db/index.ts";
import { openSnapshot } from "../readings/snapshot.ts";
import { countFacts } from "./count-facts.ts";
import type { FineCounts } from "./fine-counts.ts";
import { readRollup } from "./read-rollup.ts";
import type { RollupScope } from "./scope.ts";

export interface RollupCheck {
  /** Labelled predictions, by the scan. */
  readonly labelled: number;
  /** fact_change rows that were waiting; the check adds them as a sweep does. */
  readonly pending: number;
  /** Cells, over all alphas and both labels, whose counts are not those of the scan; the unlabelled are one more. */
  readonly wrongCells: number;
  /** The counts are of another release's grid and are made anew before they are used. */
  readonly otherGrid: boolean;
}

/** Compares a rollup with a scan of the predictions in the same snapshot. Changes nothing. */
export async function checkRollup(
  database: Database,
  scope: RollupScope,
  signal?: AbortSignal,
): Promise<RollupCheck> {
  await using snapshot = await openSnapshot(database, { signal });
  const expected = await countFacts({ database, snapshot, scope, signal });
  const reading = await readRollup(snapshot.client, scope);
  return {
    labelled: labelledOf(expected),
    pending: reading?.pending ?? 0,
    wrongCells: reading === undefined ? 0 : wrongCells(reading.counts, expected),
    otherGrid: reading === undefined,
  };
}

function labelledOf({ alphas }: FineCounts): number {
  const [first] = alphas;
  if (first === undefined) return 0;
  const sum = (counts: Int32Array): number => counts.reduce((total, count) => total + count, 0);
  return sum(first.positive) + sum(first.negative);
}

function wrongCells(found: FineCounts, expected: FineCounts): number {
  let wrong = found.unlabelled === expected.unlabelled ? 0 : 1;
  for (const [index, cells] of expected.alphas.entries()) {
    const other = found.alphas[index];
    for (const [cell, count] of cells.positive.entries()) if (other?.positive[cell] !== count) wrong += 1;
    for (const [cell, count] of cells.negative.entries()) if (other?.negative[cell] !== count) wrong += 1;
  }
  return wrong;
}
