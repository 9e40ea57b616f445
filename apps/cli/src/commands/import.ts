import { importArchive, type ArchiveLayout, type ImportReport } from "@hairline/core/ingest";
import { MANIFEST_FIELDS, type ColumnMapping, type ManifestField } from "@hairline/core/study";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { CliContext } from "../context.ts";
import type { Output } from "../output.ts";
import { formatCount, formatDuration } from "../progress.ts";
import { printRejections, refuseRejections } from "../rejections.ts";

interface ImportCommandOptions {
  readonly name?: string;
  readonly root?: string;
  readonly layout?: ArchiveLayout;
  readonly column: ColumnMapping;
  readonly maxRejectionsShown: number;
  readonly strict?: boolean;
  readonly json?: boolean;
}

const LAYOUTS: readonly ArchiveLayout[] = ["mura", "manifest", "folder"];

export function registerImport(program: Command, context: CliContext): void {
  program
    .command("import")
    .description(
      "import an archive: a MURA-v1.1 tree or CSV, a manifest CSV, or a folder of PNG, JPEG and TIFF; " +
        "importing it again takes what changed",
    )
    .argument("<path>", "the archive's folder or CSV, on this computer or as s3://bucket/prefix")
    .option("--name <name>", "name of the dataset (default: from the folder or CSV)")
    .option("--root <folder>", "folder that paths are relative to (default: the archive's own)")
    .addOption(new Option("--layout <layout>", "read it as this, recognising nothing").choices(LAYOUTS))
    .option(
      "--column <field=column>",
      `take a manifest's field from the column of another name; may be repeated (${MANIFEST_FIELDS.join(", ")})`,
      addColumn,
      {},
    )
    .option("--max-rejections-shown <n>", "rejections to show; all are stored", wholeNumber, 20)
    .option("--strict", "fail when anything was rejected; what could be imported stays")
    .option("--json", "print the result as JSON")
    .action((path: string, options: ImportCommandOptions) => importPath(context, path, options));
}

async function importPath(context: CliContext, path: string, options: ImportCommandOptions): Promise<void> {
  const { output, signal } = context;
  const { database } = await context.openStack();
  const progress = output.progress({ label: "importing", unit: "files" });
  const report = await importArchive({
    database,
    path,
    name: options.name,
    root: options.root,
    layout: options.layout,
    columns: options.column,
    maxRejections: options.maxRejectionsShown,
    signal,
    onProgress: ({ entries }) => progress.update(entries),
  });
  progress.finish();
  if (options.json === true) output.json(report);
  else printReport(output, report);
  if (options.strict === true) refuseRejections(report);
}

function printReport(output: Output, report: ImportReport): void {
  if (report.ignoredColumns.length > 0) {
    output.notice(`columns without a meaning here, ignored: ${report.ignoredColumns.join(", ")}`);
  }
  output.line(
    `${report.created ? "created" : "continued"} dataset ${report.dataset} from ${report.root} ` +
      `(${report.layout}) in ${formatDuration(report.seconds)}`,
  );
  const { added, updated, unchanged, duplicates, rejected, ignored } = report;
  output.table(
    ["added", "updated", "unchanged", "duplicates", "rejected", "ignored"],
    [[added, updated, unchanged, duplicates, rejected, ignored]],
  );
  if (report.factsRemoved > 0) {
    output.line(
      `${formatCount(report.factsRemoved)} stored results were removed, since their image's bytes changed; ` +
        "score the dataset again",
    );
  }
  printRejections(output, report);
}

function addColumn(text: string, columns: ColumnMapping): ColumnMapping {
  const split = text.indexOf("=");
  const field = text.slice(0, split).trim() as ManifestField;
  const column = text.slice(split + 1).trim();
  if (split === -1 || column === "" || !MANIFEST_FIELDS.includes(field)) {
    throw new InvalidArgumentError(`Give field=column with one of the fields ${MANIFEST_FIELDS.join(", ")}.`);
  }
  return { ...columns, [field]: column };
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Give a whole number.");
  return Number(text);
}
