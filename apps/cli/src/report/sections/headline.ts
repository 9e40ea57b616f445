import { OUTCOMES } from "@hairline/core/triage";
import { html, type Html } from "../html.ts";
import { counted, decimal, percent, whole } from "../numbers.ts";
import type { ReportInput } from "../report-input.ts";
import { bodyPartWords, OUTCOME_WORDS } from "../words.ts";

/** Title, warning, and the counts that matter most. */
export function headline(input: ReportInput): Html {
  const { dataset, model } = input;
  return html`<header>
      <p class="eyebrow">Hairline report</p>
      <h1>${dataset.name} <span>scored by</span> ${model.name}</h1>
      <p class="sub">${scopeWords(input)}</p>
    </header>
    <div class="notice" role="note">
      <p><strong>For research use only. Not a medical device.</strong></p>
      ${model.description === null ? html`` : html`<p>${model.description}</p>`}
    </div>
    ${tiles(input)} ${outcomeBar(input)}`;
}

function scopeWords({ dataset, filter, overall }: ReportInput): string {
  const { studies, images, waiting } = dataset;
  const archive = `The archive holds ${counted(images, "image")} of ${whole(studies)} studies.`;
  const parts = filter.bodyParts?.map(bodyPartWords).join(", ");
  const narrowed = [
    ...(filter.splits === null ? [] : [`the split ${filter.splits.join(", ")}`]),
    ...(parts === undefined ? [] : [`the body part ${parts}`]),
    ...(filter.conditions === null ? [] : [`images ${filter.conditions}`]),
  ];
  const scope =
    narrowed.length === 0
      ? `All ${whole(overall.images)} scored images are read here`
      : `Only ${narrowed.join(" and ")} is read here: ${counted(overall.images, "scored image")}`;
  const verb = waiting === 1 ? "is" : "are";
  const unscored =
    waiting === 0 ? "" : ` ${counted(waiting, "image")} of the archive ${verb} still to be scored.`;
  return `${archive} ${scope}, ${whole(overall.labelled)} of them labelled.${unscored}`;
}

function tiles({ overall, dataset, rocAuc }: ReportInput): Html {
  const { outcomes, images } = overall;
  const share = (count: number): string => percent(images === 0 ? null : count / images);
  const tile = (kind: string, value: string, text: string): Html =>
    html`<div class="tile ${kind}">
      <dd>${value}</dd>
      <dt>${text}</dt>
    </div>`;
  return html`<dl class="tiles">
    ${OUTCOMES.map((outcome) =>
      tile(outcome, whole(outcomes[outcome]), `${OUTCOME_WORDS[outcome]}, ${share(outcomes[outcome])}`),
    )}
    ${tile("", whole(dataset.quarantined), "Quarantined: could not be read, in the whole archive")}
    ${tile("", decimal(rocAuc?.value ?? null), rocAucWords(rocAuc))}
  </dl>`;
}

function rocAucWords(rocAuc: ReportInput["rocAuc"]): string {
  if (rocAuc === null) return "ROC-AUC: needs labels of both classes";
  const { lower, upper, confidence, patients } = rocAuc;
  if (lower === null || upper === null) return "ROC-AUC of the probability; too few images for an interval";
  const interval = `${decimal(lower)} to ${decimal(upper)}`;
  return `ROC-AUC of the probability; ${Math.round(confidence * 100)} % interval ${interval}, ${counted(patients, "patient")}`;
}

/** The outcomes as parts of a bar; the tiles above say the same in numbers. */
function outcomeBar({ overall: { outcomes, images } }: ReportInput): Html {
  if (images === 0) return html``;
  let left = 0;
  const parts = OUTCOMES.map((outcome) => {
    const width = (outcomes[outcome] / images) * 1000;
    const part = html`<rect
      class="${outcome}"
      x="${left.toFixed(1)}"
      width="${width.toFixed(1)}"
      height="14"
    />`;
    left += width;
    return part;
  });
  return html`<svg class="bar" viewBox="0 0 1000 14" preserveAspectRatio="none" aria-hidden="true">
    ${parts}
  </svg>`;
}
