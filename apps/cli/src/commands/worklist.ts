import { formatReference } from "@hairline/core/policies";
import { csvLine } from "@hairline/core/tables";
import { formatPolicy } from "@hairline/core/triage";
import { readWorklist, type Worklist, type WorklistStudy } from "@hairline/core/worklist";
import { Option, type Command } from "commander";
import type { CliContext } from "../context.ts";
import type { Cell, Output } from "../output.ts";
import { policyInForce, requireScale, resolvePolicy, type GivenPolicy } from "../policy-options.ts";
import { formatCount } from "../progress.ts";
import { addReadingOptions, readingRequest, type ReadingOptions } from "../reading-options.ts";
import { wholeNumber } from "../statistics-options.ts";

interface WorklistOptions extends ReadingOptions {
  readonly policy?: string;
  readonly limit: number;
}

const WORKLIST_HELP = `
Studies with a label or a reviewer's verdict are left out. Inconclusive ones come first, then those nearest to a
threshold; alike ones are spread by the embeddings that \`score --embeddings\` keeps, or by body part without them.`;

export function registerWorklist(program: Command, context: CliContext): void {
  addReadingOptions(program.command("worklist"))
    .description("list the studies whose label would help most, for reviewers")
    .option(
      "--policy <policy>",
      "thresholds as in triage, or name or name@version (default: the one in force)",
    )
    .option("--limit <n>", "most studies, up to 1000", wholeNumber(1, 1000), 100)
    .addOption(new Option("--csv", "print one line for each study"))
    .addHelpText("after", WORKLIST_HELP)
    .action((dataset: string | undefined, options: WorklistOptions) =>
      runWorklist(context, dataset, options),
    );
}

async function runWorklist(
  context: CliContext,
  dataset: string | undefined,
  options: WorklistOptions,
): Promise<void> {
  const { output } = context;
  const named = options.policy === undefined ? undefined : await resolvePolicy(context, options.policy);
  const reading = await readingRequest(context, dataset, options);
  const given = named ?? (await policyInForce(reading, {}));
  await requireScale(reading, given);
  const worklist = await readWorklist({ ...reading, policy: given.policy, limit: options.limit });
  if (options.csv === true) return output.write(worklistCsv(worklist.studies));
  if (options.json === true) return output.json(worklistJson(worklist, given));
  printWorklist(output, worklist, given);
}

const COLUMNS = [
  "rank",
  "study",
  "body_part",
  "split",
  "views",
  "probability",
  "outcome",
  "threshold",
  "distance",
] as const;

function cells(study: WorklistStudy, at: number) {
  const { studyKey, bodyPart, split, views, probability, outcome, threshold, distance } = study;
  return [at + 1, studyKey, bodyPart, split, views, probability, outcome, threshold, distance] as const;
}

function worklistCsv(studies: readonly WorklistStudy[]): string {
  return csvLine(COLUMNS) + studies.map((study, at) => csvLine(cells(study, at))).join("");
}

function worklistJson({ scope, ...worklist }: Worklist, { stored }: GivenPolicy) {
  return {
    dataset: scope.dataset,
    model: scope.model,
    ...worklist,
    policy: { policy: stored === undefined ? null : formatReference(stored), thresholds: worklist.policy },
  };
}

function diversityText({ diversity, embedded, lookedAt }: Worklist): string {
  if (diversity === "embedding") return "alike studies are spread by their embeddings";
  const known = embedded === 0 ? "no study" : `only ${formatCount(embedded)} of ${formatCount(lookedAt)}`;
  return `${known} has an embedding: spread by body part instead; \`hairline score --embeddings\` keeps them`;
}

function printWorklist(output: Output, worklist: Worklist, { text, stored }: GivenPolicy): void {
  const { scope, policy, studies, waiting, waitingInconclusive } = worklist;
  output.line(
    `${formatCount(waiting)} studies of ${scope.dataset} without a label or verdict, ` +
      `${formatCount(waitingInconclusive)} of them inconclusive under ${text}${stored === undefined ? "" : ` (${formatPolicy(policy)})`}`,
  );
  if (studies.length === 0) return;
  output.line();
  output.table(
    COLUMNS,
    studies.map((study, at): Cell[] =>
      cells(study, at).map((cell, column) =>
        typeof cell === "number" && column > 4 ? cell.toFixed(3) : cell,
      ),
    ),
  );
  output.line("distance: from the threshold the outcome hangs on, as a share of the room on that side");
  output.line(diversityText(worklist));
}
