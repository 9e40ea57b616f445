import { readFileSync } from "node:fs";
import type { TriageSummary } from "@hairline/core/readings";
import { formatPolicy, type TriageReason } from "@hairline/core/triage";
import { histogramChart } from "./histogram-chart.ts";
import { html, trusted, type Html } from "./html.ts";
import { decimal, percent, whole } from "./numbers.ts";
import type { GalleryPicture, ReportInput } from "./report-input.ts";
import { riskCoverageChart } from "./risk-coverage-chart.ts";

/** A page of its own: no script, nothing fetched, equal inputs give equal bytes. */
export function renderReport(input: ReportInput): string {
  const style = readFileSync(new URL("./report.css", import.meta.url), "utf8");
  const title = `${input.dataset.name} scored by ${input.model.name}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <title>${title}</title>
        <style>
          ${trusted(style)}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p class="sub">${subtitle(input)}</p>
          ${notice(input)} ${tiles(input)} ${metrics(input.overall)} ${riskCoverage(input)}
          ${gallery(input.gallery)} ${distributions(input)} ${bodyParts(input)} ${reasons(input.overall)}
          ${quarantine(input)} ${provenance(input)}
        </main>
      </body>
    </html> `;
  return page.html;
}

function subtitle({ dataset, filter, overall }: ReportInput): string {
  const narrowed = [...(filter.splits ?? []), ...(filter.bodyParts ?? [])];
  const scope = narrowed.length === 0 ? "all images" : `only ${narrowed.join(", ")}`;
  return (
    `${whole(dataset.studies)} studies, ${whole(dataset.images)} images in the archive; this report reads ${scope}: ` +
    `${whole(overall.images)} scored, ${whole(overall.labelled)} of them labelled.`
  );
}

function notice({ model }: ReportInput): Html {
  return html`<div class="notice">
    <strong>For research use only; not a medical device.</strong>
    ${model.description === null ? "" : html`<br />${model.description}`}
  </div>`;
}

function tiles({ overall, quarantine: codes, rocAuc }: ReportInput): Html {
  const { outcomes, images } = overall;
  const tile = (kind: string, value: string, text: string) =>
    html`<div class="tile ${kind}"><b>${value}</b><span>${text}</span></div>`;
  const share = (count: number) => percent(images === 0 ? null : count / images);
  const quarantined = codes.reduce((sum, { images: count }) => sum + count, 0);
  return html`<section class="tiles">
    ${tile("negative", whole(outcomes.negative), `negative, ${share(outcomes.negative)}`)}
    ${tile("positive", whole(outcomes.positive), `positive, ${share(outcomes.positive)}`)}
    ${tile("inconclusive", whole(outcomes.inconclusive), `inconclusive, ${share(outcomes.inconclusive)}`)}
    ${tile("", whole(quarantined), "quarantined: could not be read")}
    ${tile("", decimal(rocAuc?.value ?? null), rocAucText(rocAuc))}
  </section>`;
}

function rocAucText(rocAuc: ReportInput["rocAuc"]): string {
  if (rocAuc === null) return "ROC-AUC needs labels of both classes";
  if (rocAuc.lower === null || rocAuc.upper === null) return "ROC-AUC of the probability";
  const interval = `${decimal(rocAuc.lower)} to ${decimal(rocAuc.upper)}`;
  return `ROC-AUC, ${Math.round(rocAuc.confidence * 100)} % interval ${interval} over ${whole(rocAuc.patients)} patients`;
}

function metrics({ metrics: values, counts, labelled }: TriageSummary): Html {
  if (labelled === 0) {
    return html`<h2>Against the labels</h2>
      <p>No image is labelled, so nothing can be said about errors.</p>`;
  }
  const row = (name: string, value: number | null, meaning: string) =>
    html`<tr>
      <td>${name}</td>
      <td>${percent(value)}</td>
      <td class="text">${meaning}</td>
    </tr>`;
  const missed = `${whole(counts.fn)} labelled fractures were called negative`;
  return html`<h2>Against the labels</h2>
    <div class="scroll">
      <table>
        <tr>
          <th>measure</th>
          <th>value</th>
          <th class="text">of ${whole(labelled)} labelled images</th>
        </tr>
        ${row("coverage", values.coverage, "got a confident outcome; the others go to a person")}
        ${row("recall", values.recall, `of decided fractures were found; ${missed}`)}
        ${row("precision", values.precision, `of those called positive are labelled so (${whole(counts.tp)} of ${whole(counts.tp + counts.fp)})`)}
        ${row("accuracy", values.accuracy, "of confident outcomes agree with the label")}
        ${row("F1", values.f1, "of confident outcomes")}
        ${row("overall accuracy", values.overallAccuracy, "with every inconclusive image counted as wrong")}
      </table>
    </div>`;
}

function riskCoverage({ sweep }: ReportInput): Html {
  if (sweep === null) return html``;
  return html`<h2>What other thresholds would do</h2>
    <div class="wide">${riskCoverageChart(sweep)}</div>
    <p class="note">
      Lower and further right is better. Dots above the dashed line decide worse than deferring the images
      nearest to p_low would: with average pooling the mean of the CAM is the logit, so CAM gates partly
      re-read the probability. Thresholds chosen on the same images look better than they are.
    </p>`;
}

function gallery(pictures: readonly GalleryPicture[]): Html {
  if (pictures.length === 0) return html``;
  return html`<h2>Where the network looked</h2>
    <p class="note">
      Grad-CAM at the last convolution, brighter is more; frames are known lesions. The first studies of each
      kind.
    </p>
    <div class="gallery">${pictures.map(figure)}</div>`;
}

function figure(picture: GalleryPicture): Html {
  const { kind, imageId, bodyPart, probability, entropy, area, reason, heat, jpeg, width, height } = picture;
  const label = picture.label === null ? "unlabelled" : picture.label === 1 ? "fracture" : "no fracture";
  const facts = [
    `p ${decimal(probability)}`,
    entropy === null ? undefined : `entropy ${decimal(entropy)}`,
    area === null ? undefined : `area ${decimal(area)}`,
  ].filter((fact) => fact !== undefined);
  return html`<figure>
    <img
      src="data:image/jpeg;base64,${Buffer.from(jpeg).toString("base64")}"
      width="${width}"
      height="${height}"
      alt="Radiograph ${imageId} with the network's heatmap: ${kind}"
    />
    <figcaption>
      <b>${kind}</b>${kind === "inconclusive" ? ` (${REASON_WORDS[reason]})` : ""}, labelled ${label}<br />
      ${bodyPart ?? "body part unknown"} ·
      ${facts.join(" · ")}${heat === "degenerate" ? " · flat CAM, no heat" : ""}
    </figcaption>
  </figure>`;
}

const REASON_WORDS: Readonly<Record<TriageReason, string>> = {
  below_p_low: "probability below p_low",
  localised: "every gate passed",
  entropy_above: "CAM too spread: entropy above its maximum",
  area_above: "CAM too large: area above its maximum",
  degenerate_cam: "CAM flat: it points nowhere",
  facts_missing: "CAM facts missing",
};

function distributions({ histograms, policy }: ReportInput): Html {
  return html`<h2>What was stored</h2>
    <div class="charts">
      <div>
        ${histogramChart(histograms.probability, {
          title: "Probabilities by label",
          label: "probability",
          threshold: { name: "p_low", value: policy.pLow },
        })}
      </div>
      <div>
        ${histogramChart(histograms.entropy, {
          title: "CAM entropies by label",
          label: "CAM entropy, nats",
          threshold:
            policy.entropyMax === null ? undefined : { name: "entropy_max", value: policy.entropyMax },
        })}
      </div>
    </div>`;
}

function bodyParts({ bodyParts: parts }: ReportInput): Html {
  const row = ({ bodyPart, ...part }: ReportInput["bodyParts"][number]) =>
    html`<tr>
      <td>${bodyPart ?? "unknown"}</td>
      <td>${whole(part.images)}</td>
      <td>${whole(part.outcomes.negative)}</td>
      <td>${whole(part.outcomes.positive)}</td>
      <td>${whole(part.outcomes.inconclusive)}</td>
      <td>${whole(part.labelled)}</td>
      <td>${percent(part.metrics.recall)}</td>
      <td>${percent(part.metrics.precision)}</td>
      <td>${whole(part.counts.fn)}</td>
    </tr>`;
  return html`<h2>By body part</h2>
    <div class="scroll">
      <table>
        <tr>
          <th>body part</th>
          <th>images</th>
          <th>negative</th>
          <th>positive</th>
          <th>inconclusive</th>
          <th>labelled</th>
          <th>recall</th>
          <th>precision</th>
          <th>missed</th>
        </tr>
        ${parts.map(row)}
      </table>
    </div>`;
}

function reasons({ reasons: counts }: TriageSummary): Html {
  const rows = Object.entries(counts) as [TriageReason, number][];
  return html`<h2>What decided</h2>
    <div class="scroll">
      <table>
        <tr>
          <th>reason</th>
          <th class="text">meaning</th>
          <th>images</th>
        </tr>
        ${rows.map(([reason, images]) => {
          return html`<tr>
            <td><code>${reason}</code></td>
            <td class="text">${REASON_WORDS[reason]}</td>
            <td>${whole(images)}</td>
          </tr>`;
        })}
      </table>
    </div>`;
}

function quarantine({ quarantine: codes }: ReportInput): Html {
  if (codes.length === 0)
    return html`<h2>Quarantine</h2>
      <p>Every image could be read.</p>`;
  return html`<h2>Quarantine</h2>
    <p>These images of the dataset were not scored, for the reason given; none is counted above.</p>
    <table>
      <tr>
        <th>code</th>
        <th>images</th>
        <th>for example</th>
      </tr>
      ${codes.map(({ code, images, exampleImageId }) => {
        return html`<tr>
          <td><code>${code}</code></td>
          <td>${whole(images)}</td>
          <td>image ${exampleImageId}</td>
        </tr>`;
      })}
    </table>`;
}

function provenance({ policy, model, dataset, factsSha256, version }: ReportInput): Html {
  const entry = (name: string, value: string | number | null) =>
    value === null
      ? html``
      : html`<dt>${name}</dt>
          <dd><code>${value}</code></dd>`;
  return html`<h2>Made from</h2>
    <dl>
      ${entry("policy", formatPolicy(policy))} ${entry("dataset", `${dataset.name} (${dataset.layout})`)}
      ${entry("model", `${model.name} (${model.architecture ?? model.kind})`)}
      ${entry("input", model.inputSize)} ${entry("weights sha256", model.weightsSha256)}
      ${entry("graph sha256", model.graphSha256)} ${entry("preprocessing", model.preprocessingFingerprint)}
      ${entry("facts sha256", factsSha256)} ${entry("hairline", version)}
    </dl>
    <p class="note">The same facts, labels and policy give this file again, byte for byte.</p>`;
}
