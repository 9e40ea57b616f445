import type { ComparisonEvidence } from "./evidence.ts";
import type { PromotionRule } from "./promotion-rule.ts";

/** Whether each model's policy is certified, on the dataset compared on. */
export interface CertificateEvidence {
  readonly champion: boolean;
  readonly challenger: boolean;
  /** Why the challenger's policy has no certificate that will do; null when it has one. */
  readonly problem: string | null;
}

export interface CriterionResult {
  readonly criterion: "evidence" | "sensitivity" | "augrc" | "body_parts" | "certificate";
  readonly passed: boolean;
  /** One plain sentence with the numbers. */
  readonly reason: string;
}

export interface PromotionDecision {
  readonly promote: boolean;
  /** Every criterion the rule asks for, passed or not. */
  readonly reasons: readonly CriterionResult[];
}

export type PromotionEvidence = Omit<ComparisonEvidence, "replicates" | "seed">;

/**
 * Applies a rule to measured evidence. What is not shown is not passed: an undefined bound keeps the champion.
 *
 * @param evidence its bounds must be at the rule's confidence, else nothing is promoted
 */
export function decidePromotion(
  rule: PromotionRule,
  evidence: PromotionEvidence,
  certificate: CertificateEvidence,
): PromotionDecision {
  const reasons = [
    enoughEvidence(rule, evidence),
    ...(rule.sensitivityMargin === null ? [] : [keepsSensitivity(rule.sensitivityMargin, evidence)]),
    ...(rule.augrcMargin === null ? [] : [keepsAugrc(rule.augrcMargin, evidence)]),
    ...(rule.bodyPartRegressions === "report" ? [] : [regressesNowhere(evidence)]),
    ...certified(rule, certificate),
  ];
  return { promote: reasons.every(({ passed }) => passed), reasons };
}

function enoughEvidence(rule: PromotionRule, evidence: PromotionEvidence): CriterionResult {
  const { positives, patients, confidence } = evidence;
  const sameLevel = confidence === rule.confidence;
  const enough = positives >= rule.minPositives && patients >= rule.minPatients;
  return {
    criterion: "evidence",
    passed: sameLevel && enough,
    reason: sameLevel
      ? `${positives} fractures and ${patients} patients; the rule asks for ${rule.minPositives} and ${rule.minPatients}`
      : `measured at ${confidence} confidence; the rule asks for ${rule.confidence}`,
  };
}

function keepsSensitivity(margin: number, { sensitivity }: PromotionEvidence): CriterionResult {
  const { champion, challenger, bounds } = sensitivity;
  const reason =
    bounds.lower === null
      ? "the sensitivity is undefined: there is no labelled fracture"
      : `sensitivity ${percent(challenger)} against ${percent(champion)}; the difference is above ` +
        `${percent(bounds.lower)}, asked is above ${percent(-margin)}`;
  return {
    criterion: "sensitivity",
    passed: bounds.lower !== null && bounds.lower > -margin,
    reason,
  };
}

function keepsAugrc(margin: number, { augrc }: PromotionEvidence): CriterionResult {
  const { champion, challenger, difference } = augrc;
  const { upper } = difference;
  const reason =
    upper === null
      ? "how the AUGRC differs cannot be told from these units"
      : `AUGRC ${fixed(challenger)} against ${fixed(champion)}; the difference is below ${fixed(upper)}, ` +
        `asked is below ${fixed(margin)}`;
  return { criterion: "augrc", passed: upper !== null && upper < margin, reason };
}

function regressesNowhere({ bodyParts }: PromotionEvidence): CriterionResult {
  const worse = bodyParts.flatMap(({ bodyPart, sensitivityRegression, aucRegression }) => {
    const name = bodyPart ?? "unknown body part";
    return [
      ...(sensitivityRegression.regressed ? [`${name} (sensitivity)`] : []),
      ...(aucRegression.regressed ? [`${name} (AUC)`] : []),
    ];
  });
  return {
    criterion: "body_parts",
    passed: worse.length === 0,
    reason:
      worse.length === 0
        ? `demonstrably worse on none of ${bodyParts.length} body parts`
        : `demonstrably worse on ${worse.join(", ")}`,
  };
}

function certified(
  { certificate: asked }: PromotionRule,
  { champion, challenger, problem }: CertificateEvidence,
): CriterionResult[] {
  if (asked === "none" || (asked === "as-champion" && !champion)) return [];
  return [
    {
      criterion: "certificate",
      passed: challenger,
      reason: challenger
        ? "the challenger's policy is certified"
        : `the challenger's policy is not certified: ${problem ?? "nobody asked for a certificate"}`,
    },
  ];
}

function percent(share: number | null): string {
  return share === null ? "undefined" : `${(100 * share).toFixed(1)} %`;
}

function fixed(value: number | null): string {
  return value === null ? "undefined" : value.toFixed(4);
}
