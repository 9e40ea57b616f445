export { type Estimate, toEstimate, UNKNOWN } from "./estimate.ts";
export {
  ablateGate,
  type AblationSettings,
  compareWithRejector,
  type GateAblation,
  type GateDirectionCheck,
  type GateOperatingPoint,
  LADDER,
  type OrderedGate,
  rejectorAugrc,
} from "./ablate-gate.ts";
export {
  ablationGates,
  formatGate,
  type Gate,
  type GateDirection,
  type GateMeasure,
  parseGate,
} from "./gate.ts";
export { type FlaggedFacts, gateConfidence, gateMeasure } from "./gate-confidence.ts";
export { type GateBounds, keptAtCoverage, keptBounds, shortestFloat32 } from "./operating-point.ts";
export { gateVerdict } from "./verdict.ts";
