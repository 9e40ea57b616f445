import type { ImageFilter, ReadingRequest } from "@hairline/core/readings";
import { Option, type Command } from "commander";
import type { CliContext } from "./context.ts";
import { addImageFilterOptions, imageFilter, type ImageFilterOptions } from "./image-filter-options.ts";
import { resolveDataset } from "./selection.ts";

/** The options that every reading of stored facts has. */
export interface ReadingOptions extends ImageFilterOptions {
  readonly model?: string;
  readonly bodyPart?: string[];
  readonly split?: string[];
  readonly json?: boolean;
  readonly csv?: boolean;
}

export function addReadingOptions(command: Command): Command {
  return addFilterOptions(command.argument("[dataset]", "a dataset's name (default: the only one)"));
}

/** The same where the argument is something else, such as a policy. */
export function addDatasetOptions(command: Command): Command {
  return addFilterOptions(command.option("--dataset <name>", "whose images (default: the only one)"));
}

function addFilterOptions(command: Command): Command {
  const filtered = command
    .option(
      "--model <name>",
      "whose scores to read (default: the only model that scored the dataset, or its champion)",
    )
    .option("--body-part <names>", "only these body parts, separated by commas", commaList)
    .option("--split <names>", "only these splits, separated by commas", commaList);
  return addImageFilterOptions(filtered).addOption(
    new Option("--json", "print the result as JSON").conflicts("csv"),
  );
}

export async function readingRequest(
  context: CliContext,
  dataset: string | undefined,
  options: ReadingOptions,
): Promise<ReadingRequest> {
  const conditions = await imageFilter(options);
  const { database } = await context.openStack();
  const filter: ImageFilter = {
    ...conditions,
    ...(options.bodyPart === undefined ? {} : { bodyParts: options.bodyPart }),
    ...(options.split === undefined ? {} : { splits: options.split }),
  };
  return { database, dataset: (await resolveDataset(database, dataset)).name, model: options.model, filter };
}

export function commaList(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** A metric for a table: three decimals, null where it is undefined. */
export function metricCell(value: number | null): string | null {
  return value === null ? null : value.toFixed(3);
}
