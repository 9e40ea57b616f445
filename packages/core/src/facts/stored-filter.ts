import type { FactFilter } from "./fact-filter.ts";

/** The filter in one form, so that equal filters are equal texts: lists sorted and distinct, times in UTC. */
export function canonicalFilter(filter: FactFilter): Record<string, unknown> {
  const sorted = <T extends string | number>(values: readonly T[] | undefined): T[] | undefined =>
    values === undefined ? undefined : [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const canonical = {
    bodyParts: sorted(filter.bodyParts),
    splits: sorted(filter.splits),
    hardware: filter.hardware,
    importedFrom: filter.importedFrom?.toISOString(),
    importedBefore: filter.importedBefore?.toISOString(),
    imageIds: sorted(filter.imageIds),
    objectKeys: sorted(filter.objectKeys),
    runId: filter.runId,
  };
  return Object.fromEntries(Object.entries(canonical).filter(([, value]) => value !== undefined));
}

/** The filter that `canonicalFilter` wrote. */
export function parseFilter(stored: Readonly<Record<string, unknown>>): FactFilter {
  const time = (value: unknown): Date | undefined =>
    typeof value === "string" ? new Date(value) : undefined;
  const { importedFrom, importedBefore, ...rest } = stored;
  const from = time(importedFrom);
  const before = time(importedBefore);
  return {
    ...(rest as FactFilter),
    ...(from === undefined ? {} : { importedFrom: from }),
    ...(before === undefined ? {} : { importedBefore: before }),
  };
}

/** The filter in words, such as "split valid, body part hand, without hardware"; empty when it takes all. */
export function describeFilter(filter: FactFilter = {}): string {
  const { bodyParts, splits, hardware, importedFrom, importedBefore, imageIds, objectKeys, runId } = filter;
  const listed = imageIds?.length ?? objectKeys?.length;
  return [
    splits === undefined ? "" : `split ${splits.join(", ")}`,
    bodyParts === undefined ? "" : `body part ${bodyParts.join(", ")}`,
    hardware === undefined ? "" : hardware ? "with hardware" : "without hardware",
    importedFrom === undefined ? "" : `imported from ${importedFrom.toISOString()}`,
    importedBefore === undefined ? "" : `imported before ${importedBefore.toISOString()}`,
    listed === undefined ? "" : `among ${listed} listed`,
    runId === undefined ? "" : `written by run ${runId}`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}
