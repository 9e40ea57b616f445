import type { CardSide, ModelCard } from "./model-card.ts";
import type { Estimate, ValidationMeasures } from "./measure-validation.ts";

/** The card as a Markdown document. */
export function renderModelCard(card: ModelCard): string {
  const start = card.start.model === null ? card.start.kind : `${card.start.kind} ${card.start.model}`;
  return [
    `# ${card.model}`,
    "",
    `${card.architecture}, trained ${card.createdAt.slice(0, 10)} on ${card.dataset} from ${start}.`,
    "",
    "## Validation",
    "",
    ...measureTable([{ bodyPart: "all", measures: card.measures }, ...card.bodyParts]),
    "",
    "Intervals are 95 %: DeLong's over patients for the AUROC, Clopper and Pearson's at probability 0.5.",
    "",
    "## Images",
    "",
    ...sideTable(card),
    "",
    ...(card.leftOut.length === 0
      ? ["Every image could be read."]
      : [`Left out: ${card.leftOut.map(({ code, images }) => `${images} ${code}`).join(", ")}.`]),
    "",
    "## Known limits",
    "",
    ...card.knownLimits.map((limit) => `- ${limit}`),
    "",
    "## How it was made",
    "",
    `- training ${card.trainingId}, ${card.epochs} epochs, best ${card.bestEpoch + 1}, ${card.engine}`,
    `- weights sha256 ${card.weightsSha256}`,
    `- data sha256 ${card.dataFingerprint ?? "unknown"}`,
    `- start sha256 ${card.start.sha256}`,
    `- batch norm ${card.batchNorm ?? "not trained"}`,
    `- selection ${JSON.stringify(card.selection)}`,
    `- recipe ${JSON.stringify(card.recipe)}`,
    "",
  ].join("\n");
}

function measureTable(
  rows: readonly { readonly bodyPart: string; readonly measures: ValidationMeasures }[],
): string[] {
  return [
    "| | images | positives | AUROC | sensitivity | specificity | Brier | ECE |",
    "|---|--:|--:|--:|--:|--:|--:|--:|",
    ...rows.map(({ bodyPart, measures: m }) => {
      const cells = [
        m.images,
        m.positives,
        estimate(m.auroc),
        estimate(m.sensitivity),
        estimate(m.specificity),
      ];
      return row([nameOf(bodyPart), ...cells, number(m.brier), number(m.calibrationError)]);
    }),
  ];
}

function sideTable({ training, validation }: ModelCard): string[] {
  const partsOf = (side: CardSide) =>
    side.bodyParts.map(
      ({ bodyPart, positives, negatives }) => `${nameOf(bodyPart)} ${positives}+${negatives}`,
    );
  const cells = (name: string, side: CardSide) =>
    row([name, side.images, side.patients, side.positives, partsOf(side).join(", ")]);
  return [
    "| | images | patients | positives | body parts, positive + negative |",
    "|---|--:|--:|--:|---|",
    cells("training", training),
    cells("validation", validation),
  ];
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`;
}

function nameOf(bodyPart: string): string {
  return bodyPart === "" ? "unknown" : bodyPart;
}

function estimate(given: Estimate | null): string {
  if (given === null) return "–";
  const { value, interval } = given;
  return interval === null
    ? number(value)
    : `${number(value)} (${number(interval.lower)}–${number(interval.upper)})`;
}

function number(value: number | null): string {
  return value === null ? "–" : value.toFixed(3);
}
