import { readFile } from "node:fs/promises";
import { HairlineError } from "@hairline/core/errors";
import type { FactFilter } from "@hairline/core/facts";
import { InvalidArgumentError, Option, type Command } from "commander";

/** Conditions on single images, beside body part and split. */
export interface ImageFilterOptions {
  readonly hardware?: "yes" | "no";
  readonly importedFrom?: Date;
  readonly importedBefore?: Date;
  readonly imageIds?: number[];
  readonly objectKeys?: string;
  readonly run?: string;
}

export function addImageFilterOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--hardware <known>", "only images known to show hardware, or not to").choices([
        "yes",
        "no",
      ]),
    )
    .option(
      "--imported-from <time>",
      "only images imported then or later, as 2026-01-31 (UTC) or ISO 8601",
      instant,
    )
    .option("--imported-before <time>", "only images imported before", instant)
    .option("--image-ids <ids>", "only these images, separated by commas", idList)
    .option("--object-keys <file>", "only images whose object key is a line of this file")
    .option("--run <id>", "only predictions written by this run", runId);
}

/** @throws HairlineError BAD_ARGUMENT when the file of object keys cannot be read or has no key */
export async function imageFilter(options: ImageFilterOptions): Promise<FactFilter> {
  const { hardware, importedFrom, importedBefore, imageIds, objectKeys, run } = options;
  return {
    ...(hardware === undefined ? {} : { hardware: hardware === "yes" }),
    ...(importedFrom === undefined ? {} : { importedFrom }),
    ...(importedBefore === undefined ? {} : { importedBefore }),
    ...(imageIds === undefined ? {} : { imageIds }),
    ...(objectKeys === undefined ? {} : { objectKeys: await readKeys(objectKeys) }),
    ...(run === undefined ? {} : { runId: run }),
  };
}

async function readKeys(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new HairlineError("BAD_ARGUMENT", "The file of object keys cannot be read.", {
      field: "--object-keys",
      file,
      cause,
    });
  });
  const keys = text.split(/\r?\n/).filter((line) => line !== "");
  if (keys.length > 0) return keys;
  throw new HairlineError("BAD_ARGUMENT", "The file of object keys is empty.", {
    field: "--object-keys",
    file,
  });
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

function instant(text: string): Date {
  const time = new Date(DAY.test(text) || INSTANT.test(text) ? text : Number.NaN);
  if (!Number.isNaN(time.getTime())) return time;
  throw new InvalidArgumentError("Give a day as 2026-01-31, or a time with its zone as 2026-01-31T12:00Z.");
}

function idList(text: string): number[] {
  const ids = text.split(",").map((part) => part.trim());
  if (ids.every((id) => /^\d{1,15}$/.test(id))) return ids.map(Number);
  throw new InvalidArgumentError("Give ids of images, separated by commas.");
}

function runId(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError("Give the id of a run, as `hairline runs` lists it.");
}
