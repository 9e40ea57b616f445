import { readFileSync } from "node:fs";
import { html, trusted } from "./html.ts";
import type { ReportInput } from "./report-input.ts";
import { bodyParts } from "./sections/body-parts.ts";
import { decisions } from "./sections/decisions.ts";
import { distributions } from "./sections/distributions.ts";
import { gallery } from "./sections/gallery.ts";
import { headline } from "./sections/headline.ts";
import { labels } from "./sections/labels.ts";
import { meaning } from "./sections/meaning.ts";
import { provenance } from "./sections/provenance.ts";
import { thresholds } from "./sections/thresholds.ts";

/**
 * The report as a page of its own: no script, nothing fetched, light or dark as the reader prefers. Equal inputs give
 * equal bytes.
 */
export function renderReport(input: ReportInput): string {
  const style = readFileSync(new URL("./report.css", import.meta.url), "utf8");
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <title>${input.dataset.name} scored by ${input.model.name} – Hairline report</title>
        <style>
          ${trusted(style)}
        </style>
      </head>
      <body>
        <main>
          ${headline(input)} ${meaning(input)} ${labels(input)} ${thresholds(input)} ${distributions(input)}
          ${gallery(input)} ${bodyParts(input)} ${decisions(input)} ${provenance(input)}
        </main>
      </body>
    </html> `;
  return page.html;
}
