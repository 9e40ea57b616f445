import { triageMetrics } from "@hairline/core/triage";
import type { ReportInput } from "../../src/report/report-input.ts";

const counts = { tp: 1, fp: 1, tn: 2, fn: 1, inconclusive: 1 };

/** Six labelled images: three negative, two positive, one inconclusive. */
export function reportInput(): ReportInput {
  const overall = {
    images: 6,
    labelled: 6,
    outcomes: { negative: 3, positive: 2, inconclusive: 1 },
    reasons: {
      below_p_low: 3,
      localised: 2,
      entropy_above: 1,
      area_above: 0,
      degenerate_cam: 0,
      facts_missing: 0,
    },
    counts,
    metrics: triageMetrics(counts),
  };
  const policy = { pLow: 0.3, entropyMax: 2, areaMax: null, alpha: 0.5 };
  return {
    dataset: { name: "archive", layout: "mura", studies: 4, images: 7, labelled: 6, positive: 3 },
    model: {
      name: "scorer",
      kind: "resnet",
      description: "a test",
      architecture: "resnet18",
      weightsSha256: "aa",
      graphSha256: "bb",
      preprocessingFingerprint: "cc",
      inputSize: 224,
    },
    policy,
    filter: { splits: ["valid"], bodyParts: null },
    overall,
    bodyParts: [{ ...overall, bodyPart: "XR_WRIST" }],
    rocAuc: { value: 0.75, lower: 0.6, upper: 0.9, confidence: 0.95, patients: 4 },
    quarantine: [{ code: "IMAGE_EMPTY", images: 1, exampleImageId: 7 }],
    sweep: {
      configs: 8,
      points: [
        { policy, counts },
        { policy, counts: { ...counts, fn: 0, tn: 3 } },
        { policy, counts: { tp: 0, fp: 0, tn: 0, fn: 0, inconclusive: 6 } },
      ],
      chosen: counts,
      probabilityOnly: [
        { coverage: 0.5, risk: 0 },
        { coverage: 1, risk: 0.5 },
      ],
    },
    histograms: {
      probability: { from: 0, to: 1, negative: [2, 1], positive: [1, 2], unlabelled: [0, 0], missing: 0 },
      entropy: { from: 0, to: 3.9, negative: [0, 3], positive: [1, 1], unlabelled: [0, 0], missing: 1 },
    },
    gallery: [
      {
        kind: "inconclusive",
        imageId: 5,
        studyId: 3,
        bodyPart: "XR_WRIST",
        label: 1,
        probability: 0.8,
        entropy: 2.5,
        area: null,
        outcome: "inconclusive",
        reason: "entropy_above",
        boxes: 1,
        heat: "drawn",
        jpeg: Uint8Array.of(1, 2, 3),
        width: 320,
        height: 420,
      },
    ],
    factsSha256: "dd",
    version: "0.1.0",
  };
}
