import { html, type Html } from "./html.ts";

/** The drawing area of a chart in user units, which are pixels where there is room for them. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Axis {
  readonly from: number;
  readonly to: number;
}

export interface Scales {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

export function scalesOf(frame: Frame, { x, y }: { readonly x: Axis; readonly y: Axis }): Scales {
  const { width, height, left, right, top, bottom } = frame;
  const share = (axis: Axis, value: number): number => (value - axis.from) / (axis.to - axis.from);
  return {
    x: (value) => rounded(left + share(x, value) * (width - left - right)),
    y: (value) => rounded(height - bottom - share(y, value) * (height - top - bottom)),
  };
}

/** A tenth of a pixel keeps the file small and the picture the same. */
export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

/** At most `most` steps of 1, 2 or 5 times a power of ten, so that ticks are round. */
export function tickStep({ from, to }: Axis, most: number): number {
  const least = (to - from) / most;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((each) => each * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** The round values of an axis, the ends among them when they are round. */
export function ticks(axis: Axis, most: number): number[] {
  const step = tickStep(axis, most);
  const first = Math.ceil(axis.from / step - 1e-9);
  const last = Math.floor(axis.to / step + 1e-9);
  // Counted in steps: adding 0.1 three times gives 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

/** An axis from 0 to the first round value that holds `most`. */
export function axisFromZero(most: number, steps: number): Axis {
  const step = tickStep({ from: 0, to: most }, steps);
  return { from: 0, to: Number((Math.ceil(most / step - 1e-9) * step).toPrecision(12)) };
}

export interface AxisLabels {
  readonly values: readonly number[];
  readonly format: (value: number) => string;
  readonly title: string;
}

/** Ticks and title below the drawing area. */
export function horizontalAxis(frame: Frame, scales: Scales, { values, format, title }: AxisLabels): Html {
  const base = frame.height - frame.bottom;
  const middle = (frame.left + frame.width - frame.right) / 2;
  return html`<g>
    <line class="base" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${base}" y2="${base}" />
    ${values.map((value) => {
      const x = scales.x(value);
      return html`<line class="base" x1="${x}" x2="${x}" y1="${base}" y2="${base + 5}" />
        <text x="${x}" y="${base + 19}" text-anchor="middle">${format(value)}</text>`;
    })}
    <text class="title" x="${middle}" y="${base + 40}" text-anchor="middle">${title}</text>
  </g>`;
}

/** Grid lines and ticks across the drawing area; the title stands above its top left corner. */
export function verticalAxis(frame: Frame, scales: Scales, { values, format, title }: AxisLabels): Html {
  return html`<g>
    <text class="title" x="0" y="${frame.top - 14}">${title}</text>
    ${values.map((value) => {
      const y = scales.y(value);
      return html`<line
          class="grid"
          x1="${frame.left}"
          x2="${frame.width - frame.right}"
          y1="${y}"
          y2="${y}"
        />
        <text x="${frame.left - 8}" y="${y + 4}" text-anchor="end">${format(value)}</text>`;
    })}
  </g>`;
}

/** The picture, named for those who do not see it. */
export function svg(
  { width, height }: Pick<Frame, "width" | "height">,
  { id, title, marks }: { readonly id: string; readonly title: string; readonly marks: readonly Html[] },
): Html {
  return html`<div class="chart">
    <svg
      viewBox="0 0 ${width} ${height}"
      width="${width}"
      height="${height}"
      role="img"
      aria-labelledby="${id}"
    >
      <title id="${id}">${title}</title>
      ${marks}
    </svg>
  </div>`;
}
