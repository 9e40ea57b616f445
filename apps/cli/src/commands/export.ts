import { calibratorFunction } from "@hairline/core/calibration";
import { HairlineError } from "@hairline/core/errors";
import {
  describeTable,
  EXPORT_TABLES,
  exportFacts,
  exportOutcomes,
  exportStudies,
  type Export,
  type ExportTable,
} from "@hairline/core/exports";
import type { ReadingRequest } from "@hairline/core/readings";
import { Argument, type Command } from "commander";
import type { CliContext } from "../context.ts";
import { writeCsvExport } from "../export/csv-stream.ts";
import { writeParquet } from "@hairline/core/tables";
import type { Output } from "../output.ts";
import { requireScale, resolvePolicy, type GivenPolicy } from "../policy-options.ts";
import { formatCount } from "../progress.ts";
import { addReadingOptions, readingRequest, type ReadingOptions } from "../reading-options.ts";

const TABLES = ["facts", "outcomes", "studies"] as const;
type TableName = (typeof TABLES)[number];

interface ExportOptions extends ReadingOptions {
  readonly policy?: string;
  readonly parquet?: string;
  readonly dictionary?: boolean;
}

export function registerExport(program: Command, context: CliContext): void {
  const command = program
    .command("export")
    .description("write facts, outcomes or studies as Parquet or CSV, streamed in bounded memory")
    .addArgument(new Argument("<table>", "what to export").choices(TABLES));
  addReadingOptions(command)
    .option("--policy <policy>", "of outcomes and studies: thresholds as in triage, or a stored policy")
    .option("--parquet <file>", "write this file; it appears whole or not at all")
    .option("--csv", "print CSV")
    .option("--dictionary", "print what each column means, and export nothing")
    .action((table: TableName, dataset: string | undefined, options: ExportOptions) =>
      runExport(context, { table, dataset, options }),
    );
}

interface ExportJob {
  readonly table: TableName;
  readonly dataset: string | undefined;
  readonly options: ExportOptions;
}

async function runExport(context: CliContext, job: ExportJob): Promise<void> {
  const { output, signal } = context;
  const { parquet, csv, dictionary, json } = job.options;
  if (dictionary === true) return printDictionary(output, describedTable(job.table), json === true);
  if ((parquet === undefined) === (csv !== true)) {
    throw new HairlineError("BAD_ARGUMENT", "An export is either Parquet or CSV.", {
      field: "--parquet",
      remedy: "Give --parquet <file> or --csv.",
    });
  }
  const given = await givenPolicy(context, job);
  const request = await readingRequest(context, job.dataset, job.options);
  if (given !== undefined) await requireScale(request, given);
  const exported = await openExport(job.table, request, given);
  if (parquet === undefined) return writeCsvExport(output, exported, signal);
  const metadata = { dataset: request.dataset, ...(given === undefined ? {} : { policy: given.text }) };
  const rows = await writeParquet(parquet, exported, { metadata, signal });
  if (json === true) output.json({ table: job.table, ...metadata, file: parquet, rows });
  else output.line(`${formatCount(rows)} rows of ${request.dataset} written to ${parquet}`);
}

function describedTable(name: TableName): ExportTable {
  const table = EXPORT_TABLES.find((each) => each.name === name);
  if (table !== undefined) return table;
  throw new HairlineError("INTERNAL", `The table ${name} is not in the dictionary.`);
}

function printDictionary(output: Output, table: ExportTable, json: boolean): void {
  if (json) return output.json(table);
  output.line(table.description);
  output.line();
  output.line(describeTable(table));
}

async function givenPolicy(
  context: CliContext,
  { table, options }: ExportJob,
): Promise<GivenPolicy | undefined> {
  if (table === "facts") {
    if (options.policy === undefined) return undefined;
    throw new HairlineError("BAD_ARGUMENT", "Facts do not depend on a policy.", {
      field: "--policy",
      remedy: "Leave it out, or export outcomes.",
    });
  }
  if (options.policy !== undefined) return resolvePolicy(context, options.policy);
  throw new HairlineError("BAD_ARGUMENT", `An export of ${table} needs a policy.`, {
    field: "--policy",
    remedy: "Give thresholds, as in p_low=0.22,entropy_max=none, or a stored policy.",
  });
}

async function openExport(
  table: TableName,
  request: ReadingRequest,
  given: GivenPolicy | undefined,
): Promise<Export> {
  if (given === undefined) return exportFacts(request);
  const reading = { ...request, policy: given.policy };
  if (table === "studies") return exportStudies(reading);
  const { calibrator } = given;
  return exportOutcomes({
    ...reading,
    calibrate: calibrator === undefined ? undefined : calibratorFunction(calibrator.calibrator),
  });
}
