import { triageMetrics } from "@hairline/core/triage";
import { CHART, chart, roundUp, scalesOf, type Axis } from "./chart.ts";
import { html, type Html } from "./html.ts";
import { percent } from "./numbers.ts";
import type { ReportSweep, RiskCoverage } from "./report-input.ts";

interface Point {
  readonly coverage: number;
  readonly risk: number;
}

const share = (label: string, to: number): Axis => ({
  from: 0,
  to,
  label,
  format: (value) => `${Math.round(value * 100)} %`,
});

/** Every config as a dot, the policy as a ring, and what the probability alone reaches as a line. */
export function riskCoverageChart(sweep: ReportSweep): Html {
  const points = sweep.points.flatMap(({ counts }) => pointOf(counts) ?? []);
  const chosen = sweep.chosen === null ? undefined : pointOf(sweep.chosen);
  const risks = [...points, ...sweep.probabilityOnly, ...(chosen === undefined ? [] : [chosen])];
  const highest = risks.reduce((most, { risk }) => Math.max(most, risk), 0.05);
  const horizontal = share("coverage: share of labelled images decided", 1);
  const vertical = share("error among those decided", Math.min(1, roundUp(highest)));
  const scales = scalesOf(horizontal, vertical);
  const dot = ({ coverage, risk }: Point) =>
    html`<circle class="config" cx="${scales.x(coverage)}" cy="${scales.y(risk)}" r="3" />`;
  return html`${chart({
      title: "Risk against coverage of every config of the sweep",
      horizontal,
      vertical,
      marks: [
        ...points.map(dot),
        html`<polyline class="probability-only" points="${path(sweep.probabilityOnly, scales)}" />`,
        ...(chosen === undefined ? [] : [ring(chosen, scales)]),
      ],
    })}
    <p class="legend">
      <span class="key config"></span> a config of the sweep (${sweep.configs})
      <span class="key probability-only"></span> deferring by the probability alone
      <span class="key chosen"></span> the policy of this
      report${
        chosen === undefined
          ? ""
          : `: ${percent(chosen.coverage)} decided, ${percent(chosen.risk)} of them wrong`
      }
    </p>`;
}

function pointOf(counts: ReportSweep["points"][number]["counts"]): Point | undefined {
  const { coverage, accuracy } = triageMetrics(counts);
  return coverage === null || accuracy === null ? undefined : { coverage, risk: 1 - accuracy };
}

function ring({ coverage, risk }: Point, scales: ReturnType<typeof scalesOf>): Html {
  const [x, y] = [scales.x(coverage), scales.y(risk)];
  const anchor = x > CHART.width - 140 ? "end" : "start";
  return html`<circle class="chosen" cx="${x}" cy="${y}" r="8" />
    <text
      class="chosen-label"
      x="${anchor === "end" ? x - 14 : x + 14}"
      y="${y - 10}"
      text-anchor="${anchor}"
    >
      this policy
    </text>`;
}

function path(curve: readonly RiskCoverage[], scales: ReturnType<typeof scalesOf>): string {
  return curve.map(({ coverage, risk }) => `${scales.x(coverage)},${scales.y(risk)}`).join(" ");
}
