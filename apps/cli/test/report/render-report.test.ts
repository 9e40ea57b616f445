import { describe, expect, it } from "vitest";
import { renderReport } from "../../src/report/render-report.ts";
import { reportInput } from "./report-input.ts";

describe("renderReport", () => {
  it("shows counts, metrics and the policy", () => {
    const page = renderReport(reportInput());
    expect(page).toContain("<b>3</b><span>negative, 50.0 %</span>");
    expect(page).toContain("1 labelled fractures were called negative");
    expect(page).toContain("p_low=0.3,entropy_max=2,area_max=none");
    expect(page).toContain("ROC-AUC, 95 % interval 0.600 to 0.900 over 4 patients");
  });

  it("draws the sweep, both histograms and the gallery", () => {
    const page = renderReport(reportInput());
    expect(page.match(/<svg class="chart"/g)).toHaveLength(3);
    expect(page.match(/<circle class="config"/g)).toHaveLength(2);
    expect(page).toContain('class="chosen"');
    expect(page).toContain(`data:image/jpeg;base64,${Buffer.from([1, 2, 3]).toString("base64")}`);
  });

  it("gives the same bytes for the same input", () => {
    expect(renderReport(reportInput())).toBe(renderReport(reportInput()));
  });

  it("escapes what an archive says of itself", () => {
    const hostile = `<img src=x onerror="alert('1')">&`;
    const page = renderReport({
      ...reportInput(),
      dataset: { ...reportInput().dataset, name: hostile },
      model: { ...reportInput().model, description: hostile },
      bodyParts: [{ ...reportInput().overall, bodyPart: hostile }],
    });
    expect(page).not.toContain("<img src=x");
    expect(page).toContain("&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;");
  });

  it("fetches nothing and runs nothing", () => {
    const page = renderReport(reportInput());
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|https?:\/\/|<link|@import|url\(/);
  });

  it.each([
    ["no labels", { overall: { ...reportInput().overall, labelled: 0 }, sweep: null, rocAuc: null }],
    ["no gallery and no quarantine", { gallery: [], quarantine: [] }],
    [
      "an interval that is not defined",
      { rocAuc: { value: 1, lower: null, upper: null, confidence: 0.95, patients: 1 } },
    ],
    ["no entropy gate", { policy: { ...reportInput().policy, entropyMax: null } }],
  ])("says so where there are %s, and never prints NaN", (_name, changes) => {
    expect(renderReport({ ...reportInput(), ...changes })).not.toMatch(/NaN|undefined|Infinity/);
  });
});
