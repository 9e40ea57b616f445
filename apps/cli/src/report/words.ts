import type { Outcome, TriageReason } from "@hairline/core/triage";

export const REASON_WORDS: Readonly<Record<TriageReason, string>> = {
  below_p_low: "the probability is below p_low",
  localised: "the heatmap passes every gate",
  entropy_above: "the heatmap is too spread out",
  area_above: "the heatmap is too large",
  degenerate_cam: "the heatmap is flat and points nowhere",
  facts_missing: "a fact the policy asks for is missing",
};

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  negative: "Negative",
  positive: "Positive",
  inconclusive: "Inconclusive",
};

/** XR_FOREARM as MURA writes it becomes forearm; other names stay. */
export function bodyPartWords(bodyPart: string | null): string {
  if (bodyPart === null) return "unknown";
  const mura = /^XR_([A-Z]+)$/.exec(bodyPart);
  return mura?.[1]?.toLowerCase() ?? bodyPart;
}

export function labelWords(label: 0 | 1 | null): string {
  if (label === null) return "no label";
  return label === 1 ? "labelled fracture" : "labelled no fracture";
}
