import { sweepRow, type SweepResult, type SweepSource } from "@hairline/core/readings";
import { csvLine } from "@hairline/core/tables";
import type { Output } from "./output.ts";
import { scaleJson, type Scale } from "./policy-options.ts";

/** Where a result comes from. */
export interface SweepOrigin {
  readonly sweepId: string;
  readonly source: SweepSource | null;
  /** Whether it was at hand, rather than evaluated now. */
  readonly reused: boolean;
  /** That the evaluation took. */
  readonly seconds: number;
  readonly evaluatedAt: Date;
}

export interface SweepExport {
  /** Config indices to write, in order; undefined writes all. */
  readonly chosen: readonly number[] | undefined;
  readonly signal: AbortSignal;
}

const CONFIG_COLUMNS =
  "p_low,entropy_max,area_max,alpha,tp,fp,tn,fn,inconclusive,coverage,inconclusive_rate," +
  "accuracy,precision,recall,f1,overall_accuracy\n";

function* chosenIndices(result: SweepResult, chosen: readonly number[] | undefined): Generator<number> {
  if (chosen !== undefined) return yield* chosen;
  for (let index = 0; index < result.configs; index++) yield index;
}

/** Writes in pieces: millions of configs in one string would exceed what a string may hold. */
async function writePieces(output: Output, pieces: Iterable<string>, signal: AbortSignal): Promise<void> {
  let pending = "";
  for (const piece of pieces) {
    pending += piece;
    if (pending.length < 65_536) continue;
    signal.throwIfAborted();
    await output.write(pending);
    pending = "";
  }
  await output.write(pending);
}

/** One line for each config, an undefined metric as an empty cell. */
export function writeSweepCsv(
  output: Output,
  result: SweepResult,
  { chosen, signal }: SweepExport,
): Promise<void> {
  return writePieces(output, csvLines(result, chosen), signal);
}

function* csvLines(result: SweepResult, chosen: readonly number[] | undefined): Generator<string> {
  yield CONFIG_COLUMNS;
  for (const index of chosenIndices(result, chosen)) {
    const { policy, counts, metrics } = sweepRow(result, index);
    yield csvLine([
      policy.pLow,
      policy.entropyMax ?? "none",
      policy.areaMax ?? "none",
      policy.alpha,
      counts.tp,
      counts.fp,
      counts.tn,
      counts.fn,
      counts.inconclusive,
      metrics.coverage,
      metrics.inconclusiveRate,
      metrics.accuracy,
      metrics.precision,
      metrics.recall,
      metrics.f1,
      metrics.overallAccuracy,
    ]);
  }
}

/** One JSON document: what was swept, and `configs` with the policy, counts and metrics of each. */
export function writeSweepJson(
  output: Output,
  result: SweepResult,
  { chosen, signal, origin, scale }: SweepExport & { readonly origin: SweepOrigin; readonly scale: Scale },
): Promise<void> {
  const head = {
    dataset: result.scope.dataset,
    model: result.scope.model,
    grid: result.grid,
    ...scaleJson(scale),
    configCount: result.configs,
    labelled: result.labelled,
    unlabelled: result.unlabelled,
    rocAuc: result.rocAuc,
    alphaSource: result.alphaSource,
    ...origin,
  };
  return writePieces(output, jsonPieces(result, { chosen, head }), signal);
}

function* jsonPieces(
  result: SweepResult,
  { chosen, head }: { chosen: readonly number[] | undefined; head: object },
): Generator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"configs":[`;
  let separator = "\n";
  for (const index of chosenIndices(result, chosen)) {
    const { policy, counts, metrics } = sweepRow(result, index);
    yield `${separator}${JSON.stringify({ ...policy, ...counts, ...metrics })}`;
    separator = ",\n";
  }
  yield "\n]}\n";
}
