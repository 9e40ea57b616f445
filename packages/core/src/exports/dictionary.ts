import type { ExportTable } from "./export-table.ts";
import { factsTable } from "./facts.ts";
import { OUTCOMES_TABLE } from "./outcomes.ts";
import { STUDIES_TABLE } from "./studies.ts";
import { SWEEP_TABLE } from "./sweep.ts";

/** Every table that can be exported; the areas of facts stand for one column for each alpha of the model. */
export const EXPORT_TABLES: readonly ExportTable[] = [
  factsTable(["<alpha>"]),
  OUTCOMES_TABLE,
  STUDIES_TABLE,
  SWEEP_TABLE,
];

/** A table's columns as a Markdown table. */
export function describeTable({ columns }: ExportTable): string {
  const rows = columns.map(
    ({ name, type, nullable, description }) =>
      `| \`${name}\` | ${type}${nullable ? ", null" : ""} | ${description} |`,
  );
  return ["| Column | Type | Meaning |", "| --- | --- | --- |", ...rows].join("\n");
}
