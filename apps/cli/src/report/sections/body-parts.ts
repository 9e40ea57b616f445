import { html, type Html } from "../html.ts";
import { percent, whole } from "../numbers.ts";
import type { ReportInput } from "../report-input.ts";
import { bodyPartWords } from "../words.ts";
import { section, table } from "./section.ts";

/** The outcomes of each body part. */
export function bodyParts({ bodyParts: parts }: ReportInput): Html {
  if (parts.length === 0) return html``;
  const numeric = true;
  const columns = [
    { name: "body part" },
    ...[
      "images",
      "negative",
      "positive",
      "inconclusive",
      "labelled",
      "coverage",
      "recall",
      "precision",
      "missed",
    ].map((name) => ({ name, numeric })),
  ];
  const rows = parts.map(({ bodyPart, images, outcomes, labelled, metrics, counts }) => [
    bodyPartWords(bodyPart),
    whole(images),
    whole(outcomes.negative),
    whole(outcomes.positive),
    whole(outcomes.inconclusive),
    whole(labelled),
    percent(metrics.coverage),
    percent(metrics.recall),
    percent(metrics.precision),
    whole(counts.fn),
  ]);
  return section(
    "body-parts",
    "By body part",
    html`${table("Outcomes by body part", columns, rows)}
      <p class="note">
        Coverage, recall and precision are of labelled images; missed are labelled fractures that were called
        negative. A dash stands where there is nothing to divide by.
      </p>`,
  );
}
