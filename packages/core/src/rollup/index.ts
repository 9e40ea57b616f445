export { checkRollup, type RollupCheck } from "./check.ts";
export { compactRollup, compactRollups } from "./compact.ts";
export { FINE_THRESHOLDS, isAligned, ROLLUP_GRID } from "./fine-grid.ts";
export { fineToCube, type FineSums } from "./fine-to-cube.ts";
export { readFactsVersion, readRollup, type RollupReading } from "./read-rollup.ts";
export { rebuildRollup, type RebuiltRollup } from "./rebuild.ts";
export type { RollupScope } from "./scope.ts";
