import { diffPolicies, type OutcomePair, type PolicyDiff, type PolicyFlip } from "@hairline/core/policies";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { csvLine } from "@hairline/core/tables";
import type { Output } from "../output.ts";
import { requireScale, resolvePolicy, type GivenPolicy } from "../policy-options.ts";
import { formatCount } from "../progress.ts";
import { addDatasetOptions, readingRequest, type ReadingOptions } from "../reading-options.ts";

interface DiffOptions extends ReadingOptions {
  readonly dataset?: string;
}

export function registerPolicyDiff(policy: Command, context: CliContext): void {
  const command = policy
    .command("diff")
    .description("show which images and studies two policies read differently")
    .argument("<a>", "as name, name@version, or thresholds such as p_low=0.22,entropy_max=1.5")
    .argument("<b>", "the same");
  addDatasetOptions(command)
    .option("--csv", "print one line for each image, then study, that flips")
    .action((a: string, b: string, options: DiffOptions) => runDiff(context, [a, b], options));
}

async function runDiff(
  context: CliContext,
  [a, b]: readonly [string, string],
  options: DiffOptions,
): Promise<void> {
  const first = await resolvePolicy(context, a);
  const second = await resolvePolicy(context, b);
  const request = await readingRequest(context, options.dataset, options);
  await requireScale(request, first);
  await requireScale(request, second);
  await using diff = await diffPolicies({ ...request, first: first.policy, second: second.policy });
  // Awaited, not returned: the flips are read from a snapshot that ends with this function.
  if (options.csv === true) await writePieces(context, csvPieces(diff));
  else if (options.json === true) await writePieces(context, jsonPieces(diff, first, second));
  else printPairs(context.output, diff, [first, second]);
}

async function writePieces({ output, signal }: CliContext, pieces: AsyncIterable<string>): Promise<void> {
  let pending = "";
  for await (const piece of pieces) {
    pending += piece;
    if (pending.length < 65_536) continue;
    signal.throwIfAborted();
    await output.write(pending);
    pending = "";
  }
  await output.write(pending);
}

const FLIP_COLUMNS = [
  "level",
  "key",
  "study",
  "body_part",
  "split",
  "label",
  "probability",
  "outcome_a",
  "reason_a",
  "outcome_b",
  "reason_b",
];

async function* csvPieces(diff: PolicyDiff): AsyncGenerator<string> {
  yield csvLine(FLIP_COLUMNS);
  for await (const flip of diff.flips()) {
    yield csvLine([
      flip.level,
      flip.key,
      flip.studyKey,
      flip.bodyPart,
      flip.split,
      flip.label,
      flip.probability,
      flip.first,
      flip.firstReason,
      flip.second,
      flip.secondReason,
    ]);
  }
}

/** One JSON document, flips last so that millions of them need no memory of their own. */
async function* jsonPieces(
  { scope, pairs, flips }: PolicyDiff,
  a: GivenPolicy,
  b: GivenPolicy,
): AsyncGenerator<string> {
  const head = {
    dataset: scope.dataset,
    model: scope.model,
    a: a.text,
    b: b.text,
    pairs: pairs.map(pairJson),
  };
  yield `${JSON.stringify(head).slice(0, -1)},"flips":[`;
  let separator = "\n";
  for await (const flip of flips()) {
    yield `${separator}${JSON.stringify(flipJson(flip))}`;
    separator = ",\n";
  }
  yield "\n]}\n";
}

function pairJson({ first, second, ...counts }: OutcomePair) {
  return { ...counts, a: first, b: second };
}

function flipJson({ first, firstReason, second, secondReason, ...flip }: PolicyFlip) {
  return { ...flip, a: first, aReason: firstReason, b: second, bReason: secondReason };
}

function printPairs(
  output: Output,
  { scope, pairs }: PolicyDiff,
  [a, b]: readonly [GivenPolicy, GivenPolicy],
): void {
  output.line(`${scope.dataset} scored by ${scope.model}`);
  output.line(`a: ${a.text}`);
  output.line(`b: ${b.text}`);
  for (const level of ["image", "study"] as const) {
    const ofLevel = pairs.filter((pair) => pair.level === level);
    const flipped = ofLevel.filter(({ first, second }) => first !== second);
    const count = (of: readonly OutcomePair[]): string =>
      formatCount(of.reduce((sum, { units }) => sum + units, 0));
    output.line();
    output.line(`${count(flipped)} of ${count(ofLevel)} ${level === "image" ? "images" : "studies"} flip`);
    if (flipped.length === 0) continue;
    output.table(
      ["a", "b", level === "image" ? "images" : "studies", "fractures", "without", "unlabelled"],
      flipped.map((pair) => [
        pair.first,
        pair.second,
        pair.units,
        pair.positives,
        pair.negatives,
        pair.unlabelled,
      ]),
    );
  }
}
