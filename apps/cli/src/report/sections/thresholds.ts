import { triageMetrics } from "@hairline/core/triage";
import { html, type Html } from "../html.ts";
import { percent, whole } from "../numbers.ts";
import type { ReportInput, ReportSweep } from "../report-input.ts";
import { configsOffPlot, RECALL_CLASSES, riskCoverageChart } from "../risk-coverage-chart.ts";
import { section } from "./section.ts";

/** The risk-coverage plot of the sweep. */
export function thresholds({ sweep, overall }: ReportInput): Html {
  if (overall.labelled === 0) return html``;
  const heading = "What other thresholds would do";
  if (sweep === null) {
    return section(
      "thresholds",
      heading,
      html`<p>
        Images lack a heatmap's facts that the configs ask for, so there is nothing to plot. Import them, or
        plot other configs.
      </p>`,
    );
  }
  return section(
    "thresholds",
    heading,
    html`${riskCoverageChart(sweep)} ${legend(sweep)} ${comparison(sweep)}`,
  );
}

function legend(sweep: ReportSweep): Html {
  const { configs, points } = sweep;
  return html`<ul class="legend">
    <li>
      ${whole(configs)} configs${points.length < configs ? " (one dot for those that fall together)" : ""}, by
      the share of decided fractures they find:
    </li>
    ${RECALL_CLASSES.map(({ name }, at) => html`<li><span class="key recall-${at}"></span>${name}</li>`)}
    ${configsOffPlot(sweep) === 0 ? html`` : html`<li>▲ errs more often than the plot shows</li>`}
    <li><span class="key chosen"></span>the policy of this report</li>
    <li><span class="key probability-only"></span>the probability alone</li>
  </ul>`;
}

/** The policy beside the probability alone at the same coverage, in words. */
function comparison({ chosen, probabilityOnlyAtPolicy }: ReportSweep): Html {
  const { coverage, accuracy } = triageMetrics(chosen);
  const policy =
    coverage === null || accuracy === null
      ? "The policy decides no labelled image."
      : `The policy decides ${percent(coverage)} of the labelled images and errs on ${percent(1 - accuracy)} of those.`;
  const alone =
    probabilityOnlyAtPolicy === null
      ? ""
      : ` With the same p_low and a second threshold on the probability instead of the heatmap, ` +
        `${percent(probabilityOnlyAtPolicy.coverage)} would be decided with ${percent(probabilityOnlyAtPolicy.risk)} wrong.`;
  return html`<p>${policy}${alone}</p>
    <p class="note">
      Further down and further right is better. The dashed line keeps the policy's p_low and calls positive
      only what also reaches a second, higher threshold; dots above it are beaten without any heatmap.
    </p>`;
}
