import type { GateAblation } from "./ablate-gate.ts";

/** What the verdict is about besides the gate. */
export interface FlaggedCounts {
  readonly flagged: number;
  /** False positives among them. */
  readonly errors: number;
}

/** What an ablation found of a gate, in one plain sentence. */
export function gateVerdict(
  ablation: Omit<GateAblation, "verdict">,
  { flagged, errors }: FlaggedCounts,
): string {
  if (flagged === 0) return "Cannot tell: no labelled image reaches p_low, so there is nothing to defer.";
  if (errors === 0) return "Cannot tell: every flagged image is a fracture, so there is no error to defer.";
  if (errors === flagged) return "Cannot tell: no flagged image is a fracture, so deferring any is as good.";
  if (ablation.usable === 0) return "Defers everything: no flagged image has the facts this gate asks for.";
  if (neverActs(ablation)) return "Never acts: it ranks all flagged images alike.";
  return `${comparison(ablation)}${trend(ablation)}.`;
}

function neverActs({ direction, usable, operatingPoint }: Omit<GateAblation, "verdict">): boolean {
  const { estimate, lower } = direction.auc;
  return estimate === 0.5 && lower === null && operatingPoint.kept === usable;
}

function comparison({ augrcDifference }: Omit<GateAblation, "verdict">): string {
  const { estimate, lower, upper } = augrcDifference;
  if (estimate === 0 && lower === null) return "Orders errors exactly as the probability does";
  if (lower === null || upper === null) return "Cannot be told from the probability on so few images";
  if (upper < 0) return "Pays: it defers errors better than the probability alone";
  if (lower > 0) return "Does not pay: keeping the highest probabilities errs less at equal coverage";
  return "Not shown to differ from the probability alone at equal coverage";
}

function trend({ direction }: Omit<GateAblation, "verdict">): string {
  switch (direction.risk) {
    case "falls":
      return "; risk falls as it tightens";
    case "rises":
      return "; risk rises as it tightens, so it keeps the wrong images";
    case "unclear":
      return "; whether risk falls as it tightens is unclear";
    case null:
      return "";
  }
}
