import type { StoredPolicy } from "@hairline/core/policies";

/** A stored policy as commands print it: the thresholds as asked, and p_low on the raw scale. */
export function policyJson(stored: StoredPolicy) {
  const { name, version, level, thresholds, pLowScale, calibrator, tuning, author, note, createdAt } = stored;
  // Null where the calibrator reaches p_low nowhere: JSON has no infinity.
  const rawPLow = Number.isFinite(stored.policy.pLow) ? stored.policy.pLow : null;
  return {
    name,
    version,
    level,
    thresholds,
    pLowScale,
    calibrator,
    rawPLow,
    tuning,
    author,
    note,
    createdAt,
  };
}
