import { html, type Html } from "../html.ts";
import { histogramChart } from "../histogram-chart.ts";
import { counted } from "../numbers.ts";
import type { ReportInput } from "../report-input.ts";
import { section } from "./section.ts";

/** Histograms of the facts that the gates read. */
export function distributions({ histograms, policy }: ReportInput): Html {
  const { probability, entropy } = histograms;
  return section(
    "distributions",
    "What the network said",
    html`<div class="charts">
        ${histogramChart(probability, {
          id: "probabilities",
          title: "Histogram of the probability, by label",
          axisTitle: "probability of a fracture",
          threshold: { name: "p_low", value: policy.pLow },
        })}
        ${histogramChart(entropy, {
          id: "entropies",
          title: "Histogram of the heatmap's entropy, by label",
          axisTitle: "entropy of the heatmap, nats (more is more spread out)",
          threshold: policy.entropyMax === null ? null : { name: "entropy_max", value: policy.entropyMax },
        })}
      </div>
      ${entropy.missing === 0 ? html`` : html`<p class="note">${counted(entropy.missing, "image")} without an entropy: the heatmap is flat, or was not imported.</p>`}`,
  );
}
