import { describe, expect, it } from "vitest";
import { renderReport } from "../../src/report/render-report.ts";
import { PICTURE, reportInput, textOf, unlabelledInput } from "./report-input.ts";

describe("renderReport", () => {
  it("says what was read and what came of it", () => {
    const text = textOf(renderReport(reportInput()));
    expect(text).toContain("The archive holds 8 images of 4 studies. Only the split valid is read here");
    expect(text).toContain("6 of them labelled. 1 image of the archive is still to be scored.");
    expect(text).toContain("3 Negative, 50.0 % 2 Positive, 33.3 % 1 Inconclusive, 16.7 % 1 Quarantined");
    expect(text).toContain("0.750 ROC-AUC of the probability; 95 % interval 0.600 to 0.900, 4 patients");
    expect(text).toContain("For research use only. Not a medical device. a test");
  });

  it("counts deferred fractures in the table of labels and outcomes", () => {
    const text = textOf(renderReport(reportInput()));
    // Of 3 fractures 1 is negative and 1 positive, so 1 is inconclusive; of 3 others 2, 1 and 0.
    expect(text).toContain("fracture 1 1 1 3 no fracture 2 1 0 3");
    expect(text).toContain("Recall 50.0 % 1 of 2");
  });

  it("puts the policy's thresholds into the explanation", () => {
    const text = textOf(renderReport(reportInput()));
    expect(text).toContain("below p_low = 0.3.");
    expect(text).toContain("its entropy is at most 2 nats.");
    const ungated = { pLow: 0.3, entropyMax: null, areaMax: null, alpha: 0.5 };
    expect(textOf(renderReport(reportInput({ policy: ungated })))).toContain("asks nothing of the heatmap");
  });

  it("draws every config that decides something, the policy, and the probability alone", () => {
    const page = renderReport(reportInput());
    expect(page.match(/<circle\s+class="recall-\d"/g)).toHaveLength(2);
    expect(page).toContain('<g class="chosen">');
    expect(page).toContain('<polyline class="probability-only" points="');
    // 5 of 6 are decided and 2 of those wrong; half of all would be wrong without the heatmap.
    expect(textOf(page)).toContain("decides 83.3 % of the labelled images and errs on 40.0 % of those.");
    expect(textOf(page)).toContain("100.0 % would be decided with 50.0 % wrong.");
  });

  it("puts configs that err more often than not at the edge of the plot, and says so", () => {
    const { sweep } = reportInput();
    const off = { policy: reportInput().policy, counts: { tp: 0, fp: 3, tn: 0, fn: 0, inconclusive: 3 } };
    const page = renderReport(reportInput({ sweep: { ...sweep!, points: [...sweep!.points, off] } }));
    expect(page.match(/<path\s+class="recall-0"/g)).toHaveLength(1);
    expect(page).toContain('text-anchor="end">50 %</text>');
    expect(page).not.toContain('text-anchor="end">60 %</text>');
    expect(textOf(page)).toContain("▲ errs more often than the plot shows");
    expect(renderReport(reportInput())).not.toContain("▲");
  });

  it("widens the plot for a policy or a probability that errs more often than not", () => {
    const { sweep } = reportInput();
    const chosen = { tp: 0, fp: 4, tn: 1, fn: 0, inconclusive: 1 };
    const page = renderReport(reportInput({ sweep: { ...sweep!, chosen } }));
    expect(page).toContain('text-anchor="end">80 %</text>');
  });

  it("embeds its pictures with a text for those who do not see them", () => {
    const page = renderReport(reportInput());
    expect(page).toContain(`src="data:image/jpeg;base64,${Buffer.from([1, 2, 3]).toString("base64")}"`);
    expect(page).toContain(
      'alt="Radiograph 5, body part wrist, with its heatmap. Inconclusive: the heatmap is too spread out, labelled fracture."',
    );
  });

  it("names every picture and chart for a screen reader", () => {
    const page = renderReport(reportInput());
    for (const [, id] of page.matchAll(/role="img" aria-labelledby="([^"]+)"/g)) {
      expect(page).toContain(`<title id="${id}">`);
    }
    expect(page.match(/role="img"/g)).toHaveLength(3);
    for (const [, id] of page.matchAll(/<section aria-labelledby="([^"]+)"/g)) {
      expect(page).toContain(`<h2 id="${id}">`);
    }
    expect(page).not.toMatch(/<img(?![^>]*\balt=)/);
  });

  it("gives the same bytes for the same input", () => {
    expect(renderReport(reportInput())).toBe(renderReport(reportInput()));
  });

  it("fetches nothing and runs nothing", () => {
    const page = renderReport(reportInput());
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|https?:\/\/|<link|@import|url\(|\son\w+=/);
  });
});

describe("what an archive says of itself", () => {
  const hostile = `"><img src=x onerror='alert(1)'>&\u202Egnp.exe`;

  it("is text in every place it appears in", () => {
    const input = reportInput();
    const page = renderReport({
      ...input,
      dataset: { ...input.dataset, name: hostile, layout: hostile },
      model: { ...input.model, name: hostile, description: hostile, architecture: hostile },
      policyName: hostile,
      filter: { splits: [hostile], bodyParts: [hostile], conditions: hostile },
      bodyParts: [{ ...input.overall, bodyPart: hostile }],
      gallery: [{ ...PICTURE, bodyPart: hostile, objectKey: hostile }],
      notDrawn: [{ imageId: 1, code: hostile }],
      quarantine: [{ code: hostile, images: 1, exampleImageId: 1, exampleKey: hostile }],
    });
    expect(page).not.toContain("<img src=x");
    expect(page.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\sonerror=/);
    expect(page).not.toContain("\u202E");
    const escaped = "&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;\uFFFDgnp.exe";
    // Title 2, heading 2, scope 3, description 1, picture 3, not drawn 1, body part 1, quarantine 2, provenance 8.
    expect(page.split(escaped)).toHaveLength(1 + 23);
  });

  it("leaves object keys out unless they were asked for", () => {
    const key = "train/XR_WRIST/patient00042/study1_positive/image1.png";
    const shown = renderReport(reportInput({ gallery: [{ ...PICTURE, objectKey: key }] }));
    expect(shown).toContain(key);
    expect(renderReport(reportInput())).not.toContain("patient0");
  });
});

describe("a report with less to say", () => {
  it.each([
    ["no labels", unlabelledInput(), "No image is labelled"],
    ["no sweep", reportInput({ sweep: null }), "Images lack a heatmap's facts that the configs ask for"],
    [
      "no quarantine",
      reportInput({ dataset: { ...reportInput().dataset, quarantined: 0 } }),
      "could be read",
    ],
    [
      "an interval that is not defined",
      reportInput({ rocAuc: { value: 1, lower: null, upper: null, confidence: 0.95, patients: 1 } }),
      "too few images for an interval",
    ],
    ["one class", reportInput({ rocAuc: null }), "needs labels of both classes"],
    [
      "a policy that decides nothing",
      reportInput({
        sweep: {
          ...reportInput().sweep!,
          chosen: { tp: 0, fp: 0, tn: 0, fn: 0, inconclusive: 6 },
          probabilityOnlyAtPolicy: null,
        },
      }),
      "The policy decides no labelled image.",
    ],
    [
      "pictures that could not be drawn",
      reportInput({ gallery: [], notDrawn: [{ imageId: 9, code: "IMAGE_FILE_MISSING" }] }),
      "1 picture could not be drawn: image 9 (IMAGE_FILE_MISSING).",
    ],
    [
      "an external model",
      reportInput({
        model: {
          name: "theirs",
          kind: "external",
          description: null,
          architecture: null,
          weightsSha256: null,
          graphSha256: null,
          preprocessingFingerprint: null,
          inputSize: null,
        },
      }),
      "model theirs (external) facts sha256",
    ],
  ])("says so for %s, and never prints NaN", (_name, input, text) => {
    const page = renderReport(input);
    expect(textOf(page)).toContain(text);
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });
});
