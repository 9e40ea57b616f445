import {
  axisFromZero,
  horizontalAxis,
  rounded,
  scalesOf,
  svg,
  ticks,
  type Axis,
  type Frame,
} from "./chart.ts";
import { html, type Html } from "./html.ts";
import { brief, whole } from "./numbers.ts";
import type { Histogram } from "./report-input.ts";

interface HistogramOptions {
  readonly id: string;
  readonly title: string;
  readonly axisTitle: string;
  /** A threshold to mark, with its name. */
  readonly threshold: { readonly name: string; readonly value: number } | null;
}

interface Row {
  readonly name: string;
  readonly kind: "positive" | "negative" | "unlabelled";
  readonly counts: readonly number[];
}

const WIDTH = 504;
const ROW_HEIGHT = 104;
const HEAD = 26;
const FOOT = 52;
const SIDES = { left: 40, right: 12 };
/** Room in a row above and below its bars. */
const BARS = { top: 24, bottom: 8 };

/** One row of bars for each label there is, on one scale, so that the rows compare. */
export function histogramChart(histogram: Histogram, options: HistogramOptions): Html {
  const rows = rowsOf(histogram);
  const most = Math.max(1, ...rows.flatMap(({ counts }) => counts));
  const x = { from: histogram.from, to: histogram.to };
  const height = HEAD + rows.length * ROW_HEIGHT + FOOT;
  const frame: Frame = { width: WIDTH, height, ...SIDES, top: HEAD, bottom: FOOT };
  const scales = scalesOf(frame, { x, y: { from: 0, to: 1 } });
  const values = ticks(x, 6);
  const format = (value: number): string => value.toFixed(decimalsOf(values));
  return svg(frame, {
    id: options.id,
    title: options.title,
    marks: [
      ...rows.map((row, at) => bars(row, { top: HEAD + at * ROW_HEIGHT, x, y: axisFromZero(most, 3) })),
      horizontalAxis(frame, scales, { values, format, title: options.axisTitle }),
      marker(rows.length, { x: scales.x, ...options, axis: x }),
    ],
  });
}

function rowsOf({ positive, negative, unlabelled }: Histogram): Row[] {
  const rows: Row[] = [
    { name: "labelled fracture", kind: "positive", counts: positive },
    { name: "labelled no fracture", kind: "negative", counts: negative },
    { name: "no label", kind: "unlabelled", counts: unlabelled },
  ];
  const filled = rows.filter(({ counts }) => counts.some((count) => count > 0));
  return filled.length === 0 ? rows.slice(2) : filled;
}

function decimalsOf(values: readonly number[]): number {
  return values.some((value) => Math.abs(value * 10 - Math.round(value * 10)) > 1e-6) ? 2 : 1;
}

function bars({ name, kind, counts }: Row, place: { top: number; x: Axis; y: Axis }): Html {
  const frame: Frame = {
    width: WIDTH,
    height: place.top + ROW_HEIGHT,
    ...SIDES,
    top: place.top + BARS.top,
    bottom: BARS.bottom,
  };
  const scales = scalesOf(frame, place);
  const base = scales.y(0);
  const width = (place.x.to - place.x.from) / counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  return html`<g>
    ${[0, place.y.to].map((value) => {
      return html`<line
          class="grid"
          x1="${SIDES.left}"
          x2="${WIDTH - SIDES.right}"
          y1="${scales.y(value)}"
          y2="${scales.y(value)}"
        />
        <text x="${SIDES.left - 8}" y="${scales.y(value) + 4}" text-anchor="end">${brief(value)}</text>`;
    })}
    <text class="row" x="${SIDES.left}" y="${place.top + 14}">${name}: ${whole(total)}</text>
    ${counts.flatMap((count, bin) => {
      if (count === 0) return [];
      const [left, right] = [
        scales.x(place.x.from + bin * width),
        scales.x(place.x.from + (bin + 1) * width),
      ];
      const top = scales.y(count);
      return html`<rect
        class="${kind}"
        x="${rounded(left + 0.5)}"
        y="${top}"
        width="${rounded(right - left - 1)}"
        height="${rounded(base - top)}"
      />`;
    })}
  </g>`;
}

/** Only across the bars, so that it does not strike the rows' names through. */
function marker(
  rows: number,
  {
    x,
    axis,
    threshold,
  }: { x: (value: number) => number; axis: Axis; threshold: HistogramOptions["threshold"] },
): Html {
  if (threshold === null || threshold.value < axis.from || threshold.value > axis.to) return html``;
  const at = x(threshold.value);
  const end = at > WIDTH - 130;
  const tops = Array.from({ length: rows }, (_, row) => HEAD + row * ROW_HEIGHT);
  return html`<g class="threshold">
    ${tops.map(
      (top) =>
        html`<line
          x1="${at}"
          x2="${at}"
          y1="${top + BARS.top - 4}"
          y2="${top + ROW_HEIGHT - BARS.bottom}"
        />`,
    )}
    <text x="${at}" y="${HEAD - 10}" text-anchor="${end ? "end" : "start"}">
      ${threshold.name} ${Number(threshold.value.toFixed(3))}
    </text>
  </g>`;
}
