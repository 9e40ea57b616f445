import { triageMetrics } from "@hairline/core/triage";
import type { GalleryPicture, ReportInput } from "../../src/report/report-input.ts";

const counts = { tp: 1, fp: 1, tn: 2, fn: 1, inconclusive: 1 };

export const PICTURE: GalleryPicture = {
  kind: "inconclusive",
  imageId: 5,
  objectKey: null,
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
};

/** Six labelled images: three negative, two positive, one inconclusive fracture. */
export function reportInput(changes: Partial<ReportInput> = {}): ReportInput {
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
    dataset: {
      name: "archive",
      layout: "mura",
      studies: 4,
      images: 8,
      scored: 6,
      quarantined: 1,
      waiting: 1,
    },
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
    policyName: null,
    filter: { splits: ["valid"], bodyParts: null, conditions: null },
    overall,
    bodyParts: [{ ...overall, bodyPart: "XR_WRIST" }],
    labelled: { positive: 3, negative: 3 },
    rocAuc: { value: 0.75, lower: 0.6, upper: 0.9, confidence: 0.95, patients: 4 },
    quarantine: [{ code: "IMAGE_EMPTY", images: 1, exampleImageId: 7, exampleKey: null }],
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
      probabilityOnlyAtPolicy: { coverage: 1, risk: 0.5 },
    },
    histograms: {
      probability: { from: 0, to: 1, negative: [2, 1], positive: [1, 2], unlabelled: [0, 0], missing: 0 },
      entropy: { from: 0, to: 3.9, negative: [0, 3], positive: [1, 1], unlabelled: [0, 0], missing: 1 },
    },
    gallery: [PICTURE],
    notDrawn: [],
    factsSha256: "dd",
    version: "0.1.0",
    ...changes,
  };
}

/** Nothing labelled, boxed or drawn. */
export function unlabelledInput(): ReportInput {
  const none = { tp: 0, fp: 0, tn: 0, fn: 0, inconclusive: 0 };
  const input = reportInput();
  const overall = { ...input.overall, labelled: 0, counts: none, metrics: triageMetrics(none) };
  return {
    ...input,
    overall,
    bodyParts: [{ ...overall, bodyPart: null }],
    labelled: { positive: 0, negative: 0 },
    rocAuc: null,
    sweep: null,
    histograms: {
      probability: { from: 0, to: 1, negative: [0, 0], positive: [0, 0], unlabelled: [4, 2], missing: 0 },
      entropy: { from: 0, to: 0.025, negative: [0], positive: [0], unlabelled: [0], missing: 6 },
    },
    gallery: [],
  };
}

/** What a reader sees, without markup and line breaks. */
export function textOf(page: string): string {
  return page
    .replaceAll(/<style>.*?<\/style>/gs, "")
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/[\s\u00A0]+/g, " ");
}
