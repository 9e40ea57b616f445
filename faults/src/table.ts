import type { RunProgress } from "@hairline/core/runs";
import type { FaultResult } from "./fault-result.ts";

const BEGIN = "<!-- faults: written by npm run faults -- --write -->";
const END = "<!-- /faults -->";

const HEAD = ["Fault", "Injected", "Planned", "Before", "After", "Rows as undisturbed", "Longest standstill"];

/** The results as a Markdown table, with the seed that repeats them. */
export function tableOf(results: readonly FaultResult[], seed: number): string {
  const rows = [HEAD, HEAD.map(() => "---"), ...results.map(rowOf)];
  const lines = rows.map((cells) => `| ${cells.join(" | ")} |`);
  return [...lines, "", `Seed ${seed}.`].join("\n");
}

/** @throws Error when the document has no place for the table */
export function replaceTable(document: string, table: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the document has no ${BEGIN} … ${END}`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${document.slice(end)}`;
}

function rowOf({
  fault,
  injected,
  before,
  after,
  facts,
  standstillSeconds,
  problems,
}: FaultResult): string[] {
  return [
    fault.title,
    problems.length === 0 ? injected : `${injected}; **FAILED: ${problems.length} problems**`,
    String(after.planned),
    ledger(before),
    ledger(after),
    numbers(facts),
    standstillSeconds === null ? "–" : `${standstillSeconds.toFixed(1)} s`,
  ];
}

function ledger({ scored, quarantined, deleted, shardsDone, shards }: RunProgress): string {
  return `${scored} + ${quarantined} + ${deleted} (${shardsDone}/${shards})`;
}

function numbers({ images, identical, largestDifference }: FaultResult["facts"]): string {
  if (identical === images) return `${images} of ${images}, bit for bit`;
  return `${identical} of ${images} bit for bit, others within ${largestDifference.toExponential(0)}`;
}
