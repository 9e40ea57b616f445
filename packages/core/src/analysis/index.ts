export { ablateGates, type AblationReport, type AblationRequest, defaultAlpha } from "./ablate-gates.ts";
