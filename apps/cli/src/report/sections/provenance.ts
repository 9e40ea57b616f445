import { formatPolicy } from "@hairline/core/triage";
import { html, type Html } from "../html.ts";
import { counted } from "../numbers.ts";
import type { ReportInput } from "../report-input.ts";
import { section } from "./section.ts";

/** What the report was made from: enough to make it again, and to tell that another one is of other facts. */
export function provenance(input: ReportInput): Html {
  const { policy, policyName, model, dataset, overall, factsSha256, version } = input;
  const entries: [string, string | null][] = [
    ["policy", formatPolicy(policy)],
    ["stored as", policyName],
    ["dataset", `${dataset.name} (${dataset.layout}), ${counted(overall.images, "scored image")} read`],
    ["splits", input.filter.splits?.join(", ") ?? null],
    ["body parts", input.filter.bodyParts?.join(", ") ?? null],
    ["images", input.filter.conditions],
    ["model", `${model.name} (${model.architecture ?? model.kind})`],
    ["weights sha256", model.weightsSha256],
    ["graph sha256", model.graphSha256],
    ["preprocessing sha256", model.preprocessingFingerprint],
    ["input", model.inputSize === null ? null : `${model.inputSize} × ${model.inputSize} pixels`],
    ["facts sha256", factsSha256],
    ["hairline", version],
  ];
  return section(
    "provenance",
    "Made from",
    html`<dl class="provenance">
        ${entries.map(([name, value]) =>
          value === null
            ? html``
            : html`<dt>${name}</dt>
                <dd><code>${value}</code></dd>`,
        )}
      </dl>
      <p class="note">The same facts, labels and policy give this file again, byte for byte.</p>`,
  );
}
