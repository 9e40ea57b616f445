import { type Outcome, type Policy, triage, type TriageFacts } from "../triage/index.ts";
import { poolProbability, type Pooling, POOLINGS } from "./pool-probability.ts";

/** How a study is read from its views: by their outcomes, or by a pooled probability and the leading view's CAM. */
export const STUDY_RULES = ["views", ...POOLINGS] as const;
export type StudyRule = "views" | Pooling;

/** One scored view of a study. */
export interface StudyView extends TriageFacts {
  readonly imageId: number;
}

/** The study's outcome from those of its views: any positive, else any inconclusive, else negative. */
export function outcomeOfViews(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes("positive")) return "positive";
  return outcomes.includes("inconclusive") ? "inconclusive" : "negative";
}

/** The view of the highest probability, of equal ones that stored first (the lowest image id). */
export function leadingView<View extends StudyView>(views: readonly View[]): View | undefined {
  return views.toSorted((a, b) => b.probability - a.probability || a.imageId - b.imageId)[0];
}

/** A study's pooled probability; under the rule `views` that of its leading view, which decides who is negative. */
export function studyProbability(rule: StudyRule, views: readonly StudyView[]): number {
  return poolProbability(
    rule === "views" ? "max" : rule,
    views.map((view) => view.probability),
  );
}

/**
 * The outcome of a study under a policy.
 *
 * `views`: the triage rule on every view; any positive view makes the study positive; else any inconclusive view makes
 * it inconclusive; else it is negative. A pooling: the triage rule on the pooled probability with the CAM of the leading
 * view, the one a reader would be shown.
 *
 * @param views at least one; views that could not be scored are not among them
 * @throws HairlineError BAD_SHAPE without views or when a probability is not in [0, 1]
 */
export function studyOutcome(rule: StudyRule, views: readonly StudyView[], policy: Policy): Outcome {
  const lead = leadingView(views);
  if (rule === "views" && lead !== undefined) {
    return outcomeOfViews(views.map((view) => triage(view, policy).outcome));
  }
  const probability = studyProbability(rule, views);
  return triage({ entropy: null, area: null, degenerate: false, ...lead, probability }, policy).outcome;
}
