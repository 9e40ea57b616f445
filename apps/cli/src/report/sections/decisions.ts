import { outcomeOf, TRIAGE_REASONS } from "@hairline/core/triage";
import { html, type Html } from "../html.ts";
import { counted, whole } from "../numbers.ts";
import type { ReportInput, ReportQuarantine } from "../report-input.ts";
import { REASON_WORDS } from "../words.ts";
import { section, table } from "./section.ts";

/** Which gate decided, and what could not be decided at all. */
export function decisions({ overall, quarantine, dataset }: ReportInput): Html {
  const numeric = true;
  return section(
    "decisions",
    "What decided",
    html`${table(
      "Scored images by reason",
      [{ name: "reason" }, { name: "meaning" }, { name: "outcome" }, { name: "images", numeric }],
      TRIAGE_REASONS.map((reason) => [
        html`<code>${reason}</code>`,
        REASON_WORDS[reason],
        outcomeOf(reason),
        whole(overall.reasons[reason]),
      ]),
    )}
    ${dataset.quarantined === 0 ? html`<p>Every image of the archive that was tried could be read.</p>` : quarantined(quarantine)}`,
  );
}

function quarantined(codes: readonly ReportQuarantine[]): Html {
  const numeric = true;
  const total = codes.reduce((sum, { images }) => sum + images, 0);
  return html`<h3>Quarantine</h3>
    <p>${counted(total, "image")} of the archive got no score, for the reason given, and no outcome above.</p>
    ${table(
      "Images that could not be scored, by code",
      [{ name: "code" }, { name: "for example" }, { name: "images", numeric }],
      codes.map(({ code, images, exampleImageId, exampleKey }) => [
        html`<code>${code}</code>`,
        exampleKey === null ? `image ${exampleImageId}` : html`<code>${exampleKey}</code>`,
        whole(images),
      ]),
    )}`;
}
