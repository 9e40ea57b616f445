import { html, type Html } from "./html.ts";

/** Drawing area of a chart in user units; the SVG scales to its column. */
export const CHART = { width: 640, height: 300, left: 66, right: 26, top: 12, bottom: 40 } as const;

export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly format: (value: number) => string;
}

export interface Scales {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

export function scalesOf(horizontal: Axis, vertical: Axis): Scales {
  const { width, height, left, right, top, bottom } = CHART;
  const share = (axis: Axis, value: number) => (value - axis.from) / (axis.to - axis.from);
  return {
    x: (value) => round(left + share(horizontal, value) * (width - left - right)),
    y: (value) => round(height - bottom - share(vertical, value) * (height - top - bottom)),
  };
}

/** Two decimals keep the file small and the picture the same. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}

const TICKS = 5;

/** Axes, grid and labels around what a chart draws. */
export function chart(options: {
  readonly title: string;
  readonly horizontal: Axis;
  readonly vertical: Axis;
  readonly marks: readonly Html[];
}): Html {
  const { title, horizontal, vertical, marks } = options;
  const { width, height, left, right, bottom, top } = CHART;
  const scales = scalesOf(horizontal, vertical);
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
    <title>${title}</title>
    ${ticks(vertical).map((value) => {
      const y = scales.y(value);
      return html`<line class="grid" x1="${left}" x2="${width - right}" y1="${y}" y2="${y}" />
        <text class="tick" x="${left - 8}" y="${y + 4}" text-anchor="end">${vertical.format(value)}</text>`;
    })}
    ${ticks(horizontal).map((value) => {
      return html`<text class="tick" x="${scales.x(value)}" y="${height - bottom + 16}" text-anchor="middle">
        ${horizontal.format(value)}
      </text>`;
    })}
    <text class="axis" x="${(left + width - right) / 2}" y="${height - 4}" text-anchor="middle">
      ${horizontal.label}
    </text>
    <text
      class="axis"
      transform="translate(14 ${(top + height - bottom) / 2}) rotate(-90)"
      text-anchor="middle"
    >
      ${vertical.label}
    </text>
    ${marks}
  </svg>`;
}

function ticks(axis: Axis): number[] {
  return Array.from({ length: TICKS + 1 }, (_, index) => axis.from + ((axis.to - axis.from) * index) / TICKS);
}

/** The next value above whose fifths are round: the end of an axis. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const step = value / TICKS;
  const power = 10 ** Math.floor(Math.log10(step));
  const factor =
    [1, 1.2, 1.6, 2, 2.5, 3, 4, 5, 6, 8, 10].find((candidate) => candidate * power >= step) ?? 10;
  return factor * power * TICKS;
}
