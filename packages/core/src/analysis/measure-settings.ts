import { HairlineError } from "../errors.ts";
import type { MeasureSettings } from "./evaluated-rows.ts";

const DEFAULTS: MeasureSettings = {
  threshold: 0.5,
  risk: 0.05,
  coverage: 0.8,
  confidence: 0.95,
  replicates: 1000,
  seed: 1,
};

/** The settings as given, defaults in place of the others. @throws HairlineError BAD_ARGUMENT for one out of range */
export function resolveSettings(given: Partial<MeasureSettings>): MeasureSettings {
  const settings = { ...DEFAULTS, ...given };
  requireShare("threshold", settings.threshold, { zero: true });
  requireShare("risk", settings.risk, { zero: true });
  requireShare("coverage", settings.coverage, { zero: false });
  return settings;
}

function requireShare(
  field: "threshold" | "risk" | "coverage",
  value: number,
  { zero }: { zero: boolean },
): void {
  if (value <= 1 && (zero ? value >= 0 : value > 0)) return;
  // The cut of a calibrated p_low that no probability reaches.
  if (field === "threshold" && value === Number.POSITIVE_INFINITY) return;
  throw new HairlineError("BAD_ARGUMENT", `The ${field} is ${value}.`, {
    field,
    remedy: `Give a share ${zero ? "from 0 to 1" : "above 0 and at most 1"}.`,
  });
}
