import type { Precision } from "../resnet/graph-interface.ts";

export interface Tolerance {
  /** Of Deviation.logitRelative. */
  readonly logit: number;
  /** Of Deviation.camRelative. */
  readonly cam: number;
}

/**
 * How far an engine may be from the float32 reference. In fp32 engines differ by the order of their sums (measured:
 * 2e-5). The others declare the error of their number format; docs/ENGINES.md has what was measured.
 */
export const TOLERANCES: Readonly<Record<Precision, Tolerance>> = Object.freeze({
  fp32: { logit: 1e-3, cam: 1e-3 },
  fp16: { logit: 0.02, cam: 0.02 },
  int8: { logit: 0.25, cam: 0.35 },
});
