import { html, type Html } from "../html.ts";
import { counted, percent, whole } from "../numbers.ts";
import type { ReportInput } from "../report-input.ts";
import { section, table } from "./section.ts";

/** The outcomes against the labels: counts, and the measures made of them. */
export function labels(input: ReportInput): Html {
  const { overall } = input;
  if (overall.labelled === 0) {
    return section(
      "labels",
      "Against the labels",
      html`<p>No image is labelled, so nothing can be said about errors.</p>`,
    );
  }
  const unlabelled = overall.images - overall.labelled;
  return section(
    "labels",
    "Against the labels",
    html`${confusion(input)} ${measures(input)}
    ${unlabelled === 0 ? html`` : html`<p class="note">${counted(unlabelled, "image")} without a label: in no count of this section.</p>`}`,
  );
}

function confusion({ overall: { counts }, labelled }: ReportInput): Html {
  const { tp, fp, tn, fn } = counts;
  const row = (name: string, all: number, [negative, positive]: readonly [number, number]): string[] => [
    name,
    whole(negative),
    whole(positive),
    whole(all - negative - positive),
    whole(all),
  ];
  const numeric = true;
  return table(
    "Images by label and outcome",
    [
      { name: "label" },
      { name: "negative", numeric },
      { name: "positive", numeric },
      { name: "inconclusive", numeric },
      { name: "all", numeric },
    ],
    [row("fracture", labelled.positive, [fn, tp]), row("no fracture", labelled.negative, [tn, fp])],
  );
}

function measures({ overall: { counts, metrics, labelled } }: ReportInput): Html {
  const { tp, fp, tn, fn } = counts;
  const decided = tp + fp + tn + fn;
  const of = (part: number, all: number): string => `${whole(part)} of ${whole(all)}`;
  const numeric = true;
  return table(
    "Measures",
    [{ name: "measure" }, { name: "value", numeric }, { name: "images", numeric }, { name: "what it says" }],
    [
      [
        "Coverage",
        percent(metrics.coverage),
        of(decided, labelled),
        "got a negative or a positive; the others go to a person",
      ],
      [
        "Recall",
        percent(metrics.recall),
        of(tp, tp + fn),
        "of the decided fractures were called positive; the rest was missed",
      ],
      ["Precision", percent(metrics.precision), of(tp, tp + fp), "of the positives are labelled fracture"],
      [
        "Accuracy",
        percent(metrics.accuracy),
        of(tp + tn, decided),
        "of the decided images agree with their label",
      ],
      ["F1", percent(metrics.f1), "", "balance of recall and precision, on decided images"],
      [
        "Overall accuracy",
        percent(metrics.overallAccuracy),
        of(tp + tn, labelled),
        "with every inconclusive image counted as wrong",
      ],
    ],
  );
}
