import { InvalidArgumentError, type Command } from "commander";
import type { CliContext } from "../context.ts";
import { requireSound } from "../demo/require-sound.ts";
import { runDemo, type DemoResult } from "../demo/run-demo.ts";
import type { Output } from "../output.ts";
import { formatCount } from "../progress.ts";

interface DemoCommandOptions {
  readonly studies: number;
  readonly seed: number;
  readonly out: string;
  readonly json?: boolean;
}

/** Fewer may leave the held-out split without an image of either class; with 24, seed 1 does. */
const MIN_STUDIES = 40;
const MAX_STUDIES = 10_000;

export function registerDemo(program: Command, context: CliContext): void {
  program
    .command("demo")
    .description("draw synthetic radiographs, then import, train, score, triage, sweep and report them")
    .option("--studies <n>", `synthetic studies to draw, ${MIN_STUDIES} to ${MAX_STUDIES}`, studyCount, 140)
    .option("--seed <n>", "another seed draws another archive", seedNumber, 1)
    .option("--out <file>", "where the report goes", "hairline-demo.html")
    .option("--json", "print the result as JSON")
    .action(async (options: DemoCommandOptions) => {
      const result = await runDemo(context, options);
      if (options.json === true) context.output.json(result);
      else printDemo(context.output, result);
      requireSound(result);
    });
}

function printDemo(output: Output, result: DemoResult): void {
  const { ledger, triage, rocAuc, labelled } = result;
  const { tp, fp, tn, fn } = triage.counts;
  output.line();
  output.line(`${formatCount(result.images)} synthetic radiographs in ${result.archive}`);
  output.line(
    `ledger: ${formatCount(ledger.images)} images = ${formatCount(ledger.scored)} scored + ` +
      `${formatCount(ledger.quarantined)} quarantined (damaged on purpose)`,
  );
  output.line();
  output.line(`held-out ${result.split} split under ${result.policy}:`);
  output.table(
    ["outcome", "images", "labelled fracture", "labelled none"],
    [
      ["negative", triage.outcomes.negative, fn, tn],
      ["positive", triage.outcomes.positive, tp, fp],
      [
        "inconclusive",
        triage.outcomes.inconclusive,
        labelled.positive - tp - fn,
        labelled.negative - tn - fp,
      ],
    ],
  );
  if (rocAuc !== null) {
    const interval =
      rocAuc.lower === null || rocAuc.upper === null
        ? ""
        : ` (95 % interval ${rocAuc.lower.toFixed(3)} to ${rocAuc.upper.toFixed(3)} over ${rocAuc.patients} patients)`;
    output.line(`ROC-AUC of the probability ${rocAuc.value.toFixed(3)}${interval}`);
  }
  output.line(`${formatCount(result.sweep.configs)} threshold configs swept in ${result.seconds["sweep"]} s`);
  output.line();
  output.line("The images are drawn, and the model is a demo that is worthless on real ones.");
  output.line(`report: ${result.reportPath}`);
  output.line();
  output.line("next:");
  output.line(`  npx hairline sweep ${result.dataset} --split valid --top 5`);
  output.line(`  npx hairline triage ${result.dataset} --policy p_low=0.4,entropy_max=3.2`);
  output.line("  npx hairline import /path/to/MURA-v1.1");
  output.line("  npx hairline model import resnet18.pth");
  output.line("  npx hairline score MURA-v1.1 --model resnet18");
}

function studyCount(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= MIN_STUDIES && value <= MAX_STUDIES) return value;
  throw new InvalidArgumentError(`expected a whole number from ${MIN_STUDIES} to ${MAX_STUDIES}.`);
}

function seedNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0 && value < 2 ** 32) return value;
  throw new InvalidArgumentError("expected a whole number from 0 to 4294967295.");
}
