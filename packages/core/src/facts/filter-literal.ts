import type { FactFilter } from "./fact-filter.ts";

/**
 * The filter as PostgreSQL reads its type image_filter. One value for all conditions: the planner then knows which are
 * left out, and drops them.
 *
 * @see https://www.postgresql.org/docs/current/rowtypes.html#ROWTYPES-IO-SYNTAX
 */
export function filterLiteral(filter: FactFilter = {}): string {
  const fields = [
    arrayLiteral(filter.bodyParts),
    arrayLiteral(filter.splits),
    filter.hardware?.toString(),
    filter.importedFrom?.toISOString(),
    filter.importedBefore?.toISOString(),
    arrayLiteral(filter.imageIds),
    arrayLiteral(filter.objectKeys),
    filter.runId,
  ];
  return `(${fields.map((field) => (field === undefined ? "" : quoted(field))).join(",")})`;
}

function arrayLiteral(values: readonly (string | number)[] | undefined): string | undefined {
  return values === undefined ? undefined : `{${values.map((value) => quoted(String(value))).join(",")}}`;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
