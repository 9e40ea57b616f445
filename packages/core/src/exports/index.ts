export { describeTable, EXPORT_TABLES } from "./dictionary.ts";
export {
  type ColumnType,
  type Export,
  type ExportCell,
  type ExportColumn,
  type ExportTable,
} from "./export-table.ts";
export { exportFacts, factsTable } from "./facts.ts";
export { exportOutcomes, OUTCOMES_TABLE, type OutcomesRequest } from "./outcomes.ts";
export { exportStudies, STUDIES_TABLE } from "./studies.ts";
export { exportSweep, SWEEP_TABLE } from "./sweep.ts";
