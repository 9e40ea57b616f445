import { CHART, chart, roundUp, scalesOf, type Axis } from "./chart.ts";
import { html, type Html } from "./html.ts";
import { whole } from "./numbers.ts";
import type { Histogram } from "./report-input.ts";

interface HistogramOptions {
  readonly title: string;
  readonly label: string;
  /** A threshold to mark, with its name. */
  readonly threshold?: { readonly name: string; readonly value: number } | undefined;
}

/** Stacked counts by label: no fracture, fracture, unlabelled. */
export function histogramChart(histogram: Histogram, options: HistogramOptions): Html {
  const { from, to, negative, positive, unlabelled } = histogram;
  const totals = negative.map((count, bin) => count + (positive[bin] ?? 0) + (unlabelled[bin] ?? 0));
  const horizontal: Axis = { from, to, label: options.label, format: (value) => value.toFixed(1) };
  const top = roundUp(Math.max(1, ...totals));
  const vertical: Axis = { from: 0, to: top, label: "images", format: (value) => whole(Math.round(value)) };
  const scales = scalesOf(horizontal, vertical);
  const width = (to - from) / negative.length;
  const bar = (bin: number, { base, count, kind }: { base: number; count: number; kind: string }) => {
    const left = scales.x(from + bin * width);
    const height = Math.max(0, scales.y(base) - scales.y(base + count) - (count > 0 ? 0.5 : 0));
    return html`<rect
      class="${kind}"
      x="${left + 0.5}"
      y="${scales.y(base + count)}"
      width="${Math.max(1, scales.x(from + (bin + 1) * width) - left - 1)}"
      height="${height}"
    />`;
  };
  const marks = negative.flatMap((none, bin) => {
    const fracture = positive[bin] ?? 0;
    return [
      bar(bin, { base: 0, count: none, kind: "negative" }),
      bar(bin, { base: none, count: fracture, kind: "positive" }),
      bar(bin, { base: none + fracture, count: unlabelled[bin] ?? 0, kind: "unlabelled" }),
    ];
  });
  return html`${chart({ title: options.title, horizontal, vertical, marks: [...marks, threshold(options, scales)] })}
    <p class="legend">
      <span class="key negative"></span> labelled no fracture <span class="key positive"></span> labelled
      fracture
      ${unlabelled.some((count) => count > 0) ? html`<span class="key unlabelled"></span> unlabelled` : null}
      ${histogram.missing > 0 ? `· ${whole(histogram.missing)} without a value` : ""}
    </p>`;
}

function threshold({ threshold: mark }: HistogramOptions, scales: ReturnType<typeof scalesOf>): Html {
  if (mark === undefined) return html``;
  const x = scales.x(mark.value);
  if (x < CHART.left || x > CHART.width - CHART.right) return html``;
  const anchor = x > CHART.width - 120 ? "end" : "start";
  return html`<line
      class="threshold"
      x1="${x}"
      x2="${x}"
      y1="${CHART.top}"
      y2="${CHART.height - CHART.bottom}"
    />
    <text
      class="threshold-label"
      x="${anchor === "end" ? x - 6 : x + 6}"
      y="${CHART.top + 10}"
      text-anchor="${anchor}"
    >
      ${mark.name} ${mark.value}
    </text>`;
}
