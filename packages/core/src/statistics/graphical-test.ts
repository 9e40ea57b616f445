import { HairlineError } from "../errors.ts";
import { checkLevel, checkSameLength, checkUnitInterval } from "./check.ts";

/** A sequentially rejective graph: where alpha starts, and where it goes when a hypothesis is rejected. */
export interface TestGraph {
  /** shape [m]; at least 0, summing to at most 1: each hypothesis' first share of alpha. */
  readonly shares: readonly number[];
  /** shape [m, m]; rows at least 0 and summing to at most 1, diagonal 0. */
  readonly transfers: readonly (readonly number[])[];
}

const ROUNDING = 1e-9;

function checkGraph({ shares, transfers }: TestGraph): void {
  checkSameLength("transfers", transfers.length, shares.length);
  const rows = [shares, ...transfers];
  for (const row of rows) {
    checkSameLength("transfers", row.length, shares.length);
    checkUnitInterval("transfers", row);
    if (row.reduce((total, share) => total + share, 0) > 1 + ROUNDING) {
      throw new HairlineError("BAD_SHAPE", "The shares of a test graph add up to more than 1.");
    }
  }
  if (transfers.some((row, at) => row[at] !== 0)) {
    throw new HairlineError("BAD_SHAPE", "A hypothesis of a test graph transfers alpha to itself.");
  }
}

/** Takes hypothesis `gone` out: its share flows along its edges, and edges through it are joined. */
function withoutHypothesis(shares: number[], transfers: number[][], gone: number): void {
  const out = transfers[gone]!;
  const open = shares.map((_, at) => at).filter((at) => at !== gone && shares[at]! >= 0);
  const joined = transfers.map((row) => [...row]);
  for (const from of open) {
    shares[from]! += shares[gone]! * out[from]!;
    const loop = transfers[from]![gone]! * out[from]!;
    for (const to of open) {
      if (to === from) continue;
      const through = transfers[from]![to]! + transfers[from]![gone]! * out[to]!;
      joined[from]![to] = loop < 1 - ROUNDING ? through / (1 - loop) : 0;
    }
    joined[from]![gone] = 0;
  }
  shares[gone] = -1;
  joined.forEach((row, at) => transfers.splice(at, 1, row));
}

/**
 * Bretz' graphical procedure, of which Bonferroni-Holm, fixed sequence and fallback are cases: the result does not
 * depend on which rejectable hypothesis goes first. O(m^3).
 *
 * @param pValues shape [m]; in [0, 1]
 * @returns indices of the rejected hypotheses, ascending; family-wise error at most alpha under any dependence
 * @throws HairlineError BAD_SHAPE when a p-value or the graph is out of form
 * @see Bretz et al. 2009, Stat. Med. 28:586-604
 */
export function graphicalRejections(pValues: ArrayLike<number>, graph: TestGraph, alpha: number): number[] {
  checkLevel("alpha", alpha);
  checkUnitInterval("pValues", pValues);
  checkSameLength("pValues", pValues.length, graph.shares.length);
  checkGraph(graph);
  const shares = [...graph.shares];
  const transfers = graph.transfers.map((row) => [...row]);
  const rejected: number[] = [];
  for (;;) {
    const next = shares.findIndex((share, at) => share > 0 && pValues[at]! <= share * alpha);
    if (next < 0) return rejected.toSorted((a, b) => a - b);
    rejected.push(next);
    withoutHypothesis(shares, transfers, next);
  }
}
