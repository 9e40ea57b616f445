import { formatThreshold, type Policy } from "@hairline/core/triage";
import { html, type Html } from "../html.ts";
import type { ReportInput } from "../report-input.ts";
import { section } from "./section.ts";

/** What the words of the report mean, under its own thresholds. */
export function meaning({ policy }: ReportInput): Html {
  return section(
    "meaning",
    "How to read this",
    html`<dl class="meaning">
      <dt class="negative">Negative</dt>
      <dd>The network's probability of a fracture is below p_low = ${formatThreshold(policy.pLow)}.</dd>
      <dt class="positive">Positive</dt>
      <dd>The probability is at least p_low${gateWords(policy)}.</dd>
      <dt class="inconclusive">Inconclusive</dt>
      <dd>Everything else. The policy abstains, and a person has to look.</dd>
      <dt>Heatmap</dt>
      <dd>
        Grad-CAM at the last convolution: which cells of a coarse grid raise the probability. It shows where
        the evidence lies that the network used, not where a fracture is.
      </dd>
      <dt>The gates are no second opinion</dt>
      <dd>
        Behind global average pooling the heatmap's cells add up to the network's logit, so a gate on its
        shape partly reads the probability again. The dashed line of the next plot is what the probability
        alone would do.
      </dd>
      <dt>Labels</dt>
      <dd>
        They are the archive's. Where a study is labelled as a whole, as in MURA, a view that does not show
        the fracture counts as a fracture all the same. Thresholds that were chosen on these images look
        better here than on others.
      </dd>
    </dl>`,
  );
}

function gateWords({ entropyMax, areaMax, alpha }: Policy): string {
  const gates = [
    ...(entropyMax === null ? [] : [`its entropy is at most ${formatThreshold(entropyMax)} nats`]),
    ...(areaMax === null
      ? []
      : [
          `at most ${Number((areaMax * 100).toFixed(2))} % of its cells exceed ${formatThreshold(alpha)} of its maximum`,
        ]),
  ];
  return gates.length === 0
    ? "; this policy asks nothing of the heatmap"
    : `, and the heatmap is localised: ${gates.join(", and ")}`;
}
