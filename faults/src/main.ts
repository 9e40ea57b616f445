import { writeFile, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { prepareTestHome } from "@hairline/core/testing";
import type { Fault } from "./fault.ts";
import { FAULTS } from "./faults/index.ts";
import { undisturbed } from "./faults/undisturbed.ts";
import type { FaultResult } from "./fault-result.ts";
import { parseOptions, USAGE } from "./options.ts";
import { playFault } from "./play-fault.ts";
import { openFaultSite } from "./site/fault-site.ts";
import { replaceTable, tableOf } from "./table.ts";

const DOCUMENT = fileURLToPath(new URL("../../docs/RELIABILITY.md", import.meta.url));

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const { seed, only, write } = options;
  const faults = only.length === 0 ? FAULTS : FAULTS.filter(({ name }) => only.includes(name));
  const tidy = await prepareTestHome();
  try {
    const results = await playAll(faults, seed);
    const table = tableOf(results, seed);
    process.stdout.write(`${table}\n`);
    const isSurvived =
      results.length === faults.length + 1 && results.every(({ problems }) => problems.length === 0);
    if (write && isSurvived) await writeFile(DOCUMENT, replaceTable(await readFile(DOCUMENT, "utf8"), table));
    return isSurvived ? 0 : 1;
  } finally {
    await tidy();
  }
}

/** The undisturbed run first; a fault that could not be played to its end has no result. */
async function playAll(faults: readonly Fault[], seed: number): Promise<FaultResult[]> {
  await using site = await openFaultSite();
  const reference = await playFault(undisturbed, { site, seed });
  const results = [reference.result];
  for (const fault of faults) {
    const startedMs = performance.now();
    const result = await playFault(fault, { site, undisturbed: reference.facts, seed }).then(
      (played) => played.result,
      (error: unknown) => String(error),
    );
    if (typeof result !== "string") results.push(result);
    report(fault, result, performance.now() - startedMs);
  }
  return results;
}

function report({ name }: Fault, result: FaultResult | string, tookMs: number): void {
  const problems = typeof result === "string" ? [result] : result.problems;
  const verdict = problems.length === 0 ? "survived" : "FAILED";
  const lines = [`${name}: ${verdict} (${(tookMs / 1000).toFixed(1)} s)`, ...problems];
  process.stderr.write(`${lines.join("\n  ")}\n`);
}

process.exit(await main(process.argv.slice(2)));
