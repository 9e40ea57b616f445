import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import type { FactFilter } from "@hairline/core/facts";
import { imageFilter, listCertificates, type ImageSelection } from "@hairline/core/policies";

const KEYS = ["certificate", "dataset", "run", "from", "before", "split", "body-part", "hardware"] as const;
type Key = (typeof KEYS)[number];

export const WINDOW_HELP = `
A window is all, or conditions separated by commas:
  run=<id>                    scored by this run
  from=2026-01-01, before=…   imported then or later, or before (UTC)
  split=train+valid, body-part=hand+wrist, hardware=yes|no
  dataset=<name>              of another dataset than the one named
  certificate=<id>            the images that a certificate was tested on`;

const NONE_GIVEN = "all";

/** The conditions of a window as written, each at most once. @throws HairlineError BAD_ARGUMENT */
export function parseWindow(option: string, text: string): ReadonlyMap<Key, string> {
  const conditions = new Map<Key, string>();
  for (const part of text === NONE_GIVEN ? [] : text.split(",")) {
    const at = part.indexOf("=");
    const key = KEYS.find((each) => each === part.slice(0, at).trim());
    const value = part.slice(at + 1).trim();
    if (key === undefined || value === "" || conditions.has(key)) {
      throw badWindow(option, `${JSON.stringify(part)} is no condition, or is given twice.`);
    }
    conditions.set(key, value);
  }
  if (conditions.has("certificate") && conditions.size > 1)
    throw badWindow(option, "A certificate's images take no further condition.");
  return conditions;
}

function badWindow(option: string, message: string): HairlineError {
  return new HairlineError("BAD_ARGUMENT", message, {
    field: option,
    remedy: "Write it as in `hairline drift --help`.",
  });
}

function instant(option: string, text: string): Date {
  const time = new Date(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/.test(text) ? text : Number.NaN);
  if (!Number.isNaN(time.getTime())) return time;
  throw badWindow(option, `${text} is neither a day as 2026-01-31 nor a time as 2026-01-31T12:00Z.`);
}

function filterOf(option: string, conditions: ReadonlyMap<Key, string>): FactFilter {
  const run = conditions.get("run")?.toLowerCase();
  const [from, before] = [conditions.get("from"), conditions.get("before")];
  const [splits, bodyParts] = [conditions.get("split"), conditions.get("body-part")];
  const hardware = conditions.get("hardware");
  if (run !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(run))
    throw badWindow(option, `${run} is no id of a run.`);
  if (hardware !== undefined && hardware !== "yes" && hardware !== "no")
    throw badWindow(option, "hardware is yes or no.");
  return {
    ...(run === undefined ? {} : { runId: run }),
    ...(from === undefined ? {} : { importedFrom: instant(option, from) }),
    ...(before === undefined ? {} : { importedBefore: instant(option, before) }),
    ...(splits === undefined ? {} : { splits: splits.split("+") }),
    ...(bodyParts === undefined ? {} : { bodyParts: bodyParts.split("+") }),
    ...(hardware === undefined ? {} : { hardware: hardware === "yes" }),
  };
}

/** A window as an option gives it. */
export interface GivenWindow {
  readonly option: string;
  readonly conditions: ReadonlyMap<Key, string>;
  /** Whose images when the conditions name none. */
  readonly dataset: string;
}

/** The images of a window. @throws HairlineError BAD_ARGUMENT, CERTIFICATE_NOT_FOUND */
export async function resolveWindow(
  database: Database,
  { option, conditions, dataset }: GivenWindow,
): Promise<ImageSelection> {
  const certificate = conditions.get("certificate");
  if (certificate === undefined)
    return { dataset: conditions.get("dataset") ?? dataset, filter: filterOf(option, conditions) };
  const found = (await listCertificates(database)).find(({ id }) => String(id) === certificate);
  if (found !== undefined) return { dataset: found.dataset, filter: imageFilter(found) };
  throw new HairlineError("CERTIFICATE_NOT_FOUND", `There is no certificate ${certificate}.`, {
    field: option,
    remedy: "List them with `hairline policy certificates`.",
  });
}
