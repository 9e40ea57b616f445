import type { ModelComparison } from "@hairline/core/champions";
import type { BodyPartComparison, ProportionComparison } from "@hairline/core/comparison";
import { describeSelection, imageFilter } from "@hairline/core/policies";
import { formatPolicy } from "@hairline/core/triage";
import type { Cell, Output } from "./output.ts";
import { formatCount } from "./progress.ts";
import { metricCell } from "./reading-options.ts";

/** "promote b over a", or "keep a". */
export function comparisonVerdict({ promote, champion, challenger }: ModelComparison): string {
  return promote ? `the rule lets ${challenger} take the place of ${champion}` : `the rule keeps ${champion}`;
}

/** A comparison as people read it: who, on what, the evidence, the flips, the decision. */
export function printComparison(output: Output, comparison: ModelComparison): void {
  const { dataset, evidence, flips, reasons } = comparison;
  const unit = comparison.level === "image" ? "images" : "studies";
  output.line(`champion ${comparison.champion}, read with ${policyText(comparison, "champion")}`);
  output.line(`challenger ${comparison.challenger}, read with ${policyText(comparison, "challenger")}`);
  output.line(
    `${formatCount(evidence.units)} labelled ${unit} (fractures: ${formatCount(evidence.positives)}) of ` +
      `${formatCount(evidence.patients)} patients of ${describeSelection({ dataset, filter: imageFilter(comparison) })}`,
  );
  for (const line of excludedLines(comparison, unit)) output.notice(line);
  output.line();
  output.table(
    ["measure", "champion", "challenger", "difference", "from", "to", "p"],
    measureRows(comparison),
  );
  output.line(
    `each end holds by itself with ${100 * evidence.confidence} % confidence (AUC: both ends together); ` +
      "p is two-sided, of the AUC by DeLong, of the others by McNemar with patients independent",
  );
  output.line();
  output.table(
    [
      "body part",
      unit,
      "fractures",
      "found by champion",
      "by challenger",
      "p of worse",
      "AUC difference",
      "p",
    ],
    evidence.bodyParts.map(bodyPartRow),
  );
  output.line();
  const flipped = flips.filter(({ champion, challenger }) => champion !== challenger);
  const count = (of: typeof flips): string => formatCount(of.reduce((sum, { units }) => sum + units, 0));
  output.line(`${count(flipped)} of ${count(flips)} ${unit} flip`);
  if (flipped.length > 0) {
    output.table(
      ["champion", "challenger", unit, "fractures", "without", "unlabelled"],
      flipped.map((each) => [
        each.champion,
        each.challenger,
        each.units,
        each.positives,
        each.negatives,
        each.unlabelled,
      ]),
    );
  }
  output.line();
  for (const { passed, reason } of reasons) output.line(`${passed ? "yes" : "NO "}  ${reason}`);
  output.line(`comparison ${comparison.id}: ${comparisonVerdict(comparison)}`);
}

function policyText(comparison: ModelComparison, side: "champion" | "challenger"): string {
  const named = comparison[`${side}Policy`];
  if (named !== null) return named;
  const { pLow, ...thresholds } = comparison[`${side}Thresholds`];
  return formatPolicy({ ...thresholds, pLow: pLow ?? Infinity });
}

function excludedLines({ excluded, champion, challenger }: ModelComparison, unit: string): string[] {
  const { onlyChampion, onlyChallenger, unlabelled } = excluded;
  return [
    ...(onlyChampion > 0
      ? [`${formatCount(onlyChampion)} ${unit} left out: ${challenger} has not scored them`]
      : []),
    ...(onlyChallenger > 0
      ? [`${formatCount(onlyChallenger)} ${unit} left out: ${champion} has not scored them`]
      : []),
    ...(unlabelled > 0
      ? [`${formatCount(unlabelled)} ${unit} have no label: only their flips are counted`]
      : []),
  ];
}

function measureRows({ evidence }: ModelComparison): Cell[][] {
  const { auc, augrc, sensitivity, specificity, decided } = evidence;
  const proportion = (name: string, found: ProportionComparison): Cell[] => [
    name,
    metricCell(found.champion),
    metricCell(found.challenger),
    metricCell(found.bounds.difference),
    metricCell(found.bounds.lower),
    metricCell(found.bounds.upper),
    metricCell(found.mcnemar.clustered),
  ];
  return [
    [
      "AUC",
      metricCell(auc.champion.estimate),
      metricCell(auc.challenger.estimate),
      metricCell(auc.difference.estimate),
      metricCell(auc.difference.lower),
      metricCell(auc.difference.upper),
      metricCell(auc.pValue),
    ],
    [
      "AUGRC",
      areaCell(augrc.champion),
      areaCell(augrc.challenger),
      areaCell(augrc.difference.estimate),
      areaCell(augrc.difference.lower),
      areaCell(augrc.difference.upper),
      null,
    ],
    proportion("sensitivity", sensitivity),
    proportion("specificity", specificity),
    proportion("decided rightly", decided),
  ];
}

/** Four decimals: margins of AUGRC are a few thousandths. */
function areaCell(value: number | null): string | null {
  return value === null ? null : value.toFixed(4);
}

function bodyPartRow(part: BodyPartComparison): Cell[] {
  const { sensitivity, auc, sensitivityRegression, aucRegression } = part;
  const pCell = ({ adjusted, regressed }: typeof aucRegression): string | null =>
    adjusted === null ? null : `${adjusted.toFixed(3)}${regressed ? " WORSE" : ""}`;
  return [
    part.bodyPart ?? "(unknown)",
    part.units,
    part.positives,
    metricCell(sensitivity.champion),
    metricCell(sensitivity.challenger),
    pCell(sensitivityRegression),
    metricCell(auc.difference.estimate),
    pCell(aucRegression),
  ];
}
