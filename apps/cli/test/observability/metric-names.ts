import { readFile } from "node:fs/promises";

/** The metrics of Hairline's own that a scrape announces, but for the release that every process tells. */
export function scrapedNames(scrape: string): string[] {
  const names = [...scrape.matchAll(/^# TYPE (hairline_\S+) /gm)].map((match) => match[1] ?? "");
  return names.filter((name) => name !== "hairline_build_info").toSorted(byName);
}

/** The metrics that docs/METRICS.md lists under a heading. */
export async function documentedNames(heading: string): Promise<string[]> {
  const text = await readFile(new URL("../../../../docs/METRICS.md", import.meta.url), "utf8");
  const [, section = ""] = text.split(`\n## ${heading}\n`, 2);
  const [rows = ""] = section.split("\n## ", 1);
  return [...rows.matchAll(/^\| `([a-z0-9_]+)`/gm)].map((match) => match[1] ?? "").toSorted(byName);
}

/** The value of one series; undefined when the scrape does not have it. */
export function sample(scrape: string, series: string): number | undefined {
  const line = scrape.split("\n").find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

/** All series of a metric together; 0 without any. */
export function total(scrape: string, metric: string): number {
  const series = scrape.matchAll(new RegExp(`^${metric}(?:\\{.*\\})? (\\S+)$`, "gm"));
  return [...series].reduce((sum, match) => sum + Number(match[1]), 0);
}

function byName(a: string, b: string): number {
  return a < b ? -1 : 1;
}
