import { triageMetrics, type TriageCounts } from "@hairline/core/triage";
import {
  axisFromZero,
  horizontalAxis,
  rounded,
  scalesOf,
  svg,
  ticks,
  verticalAxis,
  type Frame,
  type Scales,
} from "./chart.ts";
import { html, type Html } from "./html.ts";
import type { ReportSweep, RiskCoverage } from "./report-input.ts";

interface Dot extends RiskCoverage {
  /** Index into RECALL_CLASSES. */
  readonly recallClass: number;
}

/** Lower bounds of the classes of recall, which is null where no fracture was decided. */
export const RECALL_CLASSES = [
  { from: 0, name: "under 50 %" },
  { from: 0.5, name: "50 to 75 %" },
  { from: 0.75, name: "75 to 90 %" },
  { from: 0.9, name: "90 % and more" },
] as const;

const FRAME: Frame = { width: 1032, height: 450, left: 52, right: 20, top: 36, bottom: 54 };
const COVERAGE = { from: 0, to: 1 };
/** Configs that err more often than not are shown at the edge: their exact place would squeeze all others. */
const RISK_SHOWN = 0.5;

/** Every config as a dot, the policy as a ring, and what the probability alone reaches as a line. */
export function riskCoverageChart(sweep: ReportSweep): Html {
  const dots = sweep.points.flatMap(({ counts }) => dotOf(counts) ?? []);
  const chosen = dotOf(sweep.chosen);
  const y = axisFromZero(highestRisk(sweep), 6);
  const scales = scalesOf(FRAME, { x: COVERAGE, y });
  const title = "Error among decided images against coverage, for every config of the sweep";
  return svg(FRAME, {
    id: "risk-coverage",
    title,
    marks: [
      verticalAxis(FRAME, scales, { values: ticks(y, 6), format: share, title: "wrong among those decided" }),
      horizontalAxis(FRAME, scales, {
        values: ticks(COVERAGE, 10),
        format: share,
        title: "coverage: share of labelled images that are decided; the rest is inconclusive",
      }),
      ...dots
        .toSorted((a, b) => a.recallClass - b.recallClass)
        .map((dot) => mark(dot, { scales, top: y.to })),
      html`<polyline class="probability-only" points="${path(sweep.probabilityOnly, scales)}" />`,
      chosen === undefined ? html`` : ring(chosen, scales),
    ],
  });
}

/** Of what must be on the plot, at least 5 %. */
function highestRisk(sweep: ReportSweep): number {
  const dots = sweep.points.flatMap(({ counts }) => dotOf(counts) ?? []);
  const lines = [...sweep.probabilityOnly, dotOf(sweep.chosen) ?? { risk: 0 }];
  const most = (of: readonly { readonly risk: number }[]): number =>
    of.reduce((highest, { risk }) => Math.max(highest, risk), 0.05);
  return Math.max(most(lines), Math.min(RISK_SHOWN, most(dots)));
}

/** Configs whose error lies above the plot. */
export function configsOffPlot(sweep: ReportSweep): number {
  const { to } = axisFromZero(highestRisk(sweep), 6);
  return sweep.points.filter(({ counts }) => (dotOf(counts)?.risk ?? 0) > to).length;
}

function share(value: number): string {
  return `${Number((value * 100).toFixed(1))} %`;
}

/** Undefined for a config that decides nothing. */
function dotOf(counts: TriageCounts): Dot | undefined {
  const { coverage, accuracy, recall } = triageMetrics(counts);
  if (coverage === null || accuracy === null) return undefined;
  const recallClass = RECALL_CLASSES.findLastIndex(({ from }) => (recall ?? 0) >= from);
  return { coverage, risk: 1 - accuracy, recallClass };
}

function mark({ coverage, risk, recallClass }: Dot, { scales, top }: { scales: Scales; top: number }): Html {
  const x = scales.x(coverage);
  if (risk <= top)
    return html`<circle class="recall-${recallClass}" cx="${x}" cy="${scales.y(risk)}" r="4" />`;
  const edge = scales.y(top);
  return html`<path class="recall-${recallClass}" d="M${rounded(x - 5)} ${edge}h10l-5 -9z" />`;
}

function ring({ coverage, risk }: RiskCoverage, scales: Scales): Html {
  const [x, y] = [scales.x(coverage), scales.y(risk)];
  const end = x > FRAME.width - 160;
  return html`<g class="chosen">
    <circle cx="${x}" cy="${y}" r="9" />
    <text x="${end ? x - 14 : x + 14}" y="${y - 12}" text-anchor="${end ? "end" : "start"}">this policy</text>
  </g>`;
}

function path(curve: readonly RiskCoverage[], scales: Scales): string {
  return curve.map(({ coverage, risk }) => `${scales.x(coverage)},${scales.y(risk)}`).join(" ");
}
