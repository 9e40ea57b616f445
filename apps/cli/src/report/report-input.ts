import type { TriageSummary } from "@hairline/core/readings";
import type { Outcome, Policy, TriageCounts, TriageReason } from "@hairline/core/triage";

/** Everything a report says, without clocks or paths: equal inputs give equal bytes. */
export interface ReportInput {
  readonly dataset: ReportDataset;
  readonly model: ReportModel;
  readonly policy: Policy;
  /** What the reading was narrowed to; null for everything. */
  readonly filter: {
    readonly splits: readonly string[] | null;
    readonly bodyParts: readonly string[] | null;
  };
  readonly overall: TriageSummary;
  readonly bodyParts: readonly (TriageSummary & { readonly bodyPart: string | null })[];
  readonly rocAuc: ReportRocAuc | null;
  readonly quarantine: readonly ReportQuarantine[];
  readonly sweep: ReportSweep | null;
  readonly histograms: ReportHistograms;
  readonly gallery: readonly GalleryPicture[];
  /** sha256 over the facts and labels the report is about, 64 hex digits. */
  readonly factsSha256: string;
  /** Hairline's own version. */
  readonly version: string;
}

export interface ReportDataset {
  readonly name: string;
  readonly layout: string;
  readonly studies: number;
  readonly images: number;
  readonly labelled: number;
  readonly positive: number;
}

export interface ReportModel {
  readonly name: string;
  readonly kind: "resnet" | "external";
  /** As whoever imported it put it. */
  readonly description: string | null;
  readonly architecture: string | null;
  readonly weightsSha256: string | null;
  readonly graphSha256: string | null;
  readonly preprocessingFingerprint: string | null;
  readonly inputSize: number | null;
}

/** ROC area of the probability alone, with DeLong's interval over patients. */
export interface ReportRocAuc {
  readonly value: number;
  readonly lower: number | null;
  readonly upper: number | null;
  /** Two-sided, such as 0.95. */
  readonly confidence: number;
  readonly patients: number;
}

export interface ReportQuarantine {
  readonly code: string;
  readonly images: number;
  readonly exampleImageId: number;
}

export interface ReportSweep {
  readonly configs: number;
  /** Configs that differ, by policy; at most a few thousand. */
  readonly points: readonly SweepPoint[];
  /** The policy of the report among the labelled images; null without labels. */
  readonly chosen: TriageCounts | null;
  /** What thresholding the probability's distance from a half reaches, by rising coverage. */
  readonly probabilityOnly: readonly RiskCoverage[];
}

export interface SweepPoint {
  readonly policy: Policy;
  readonly counts: TriageCounts;
}

export interface RiskCoverage {
  readonly coverage: number;
  /** Share of wrong ones among those decided. */
  readonly risk: number;
}

/** Counts in equal bins from `from` to `to`, split by label. */
export interface Histogram {
  readonly from: number;
  readonly to: number;
  readonly negative: readonly number[];
  readonly positive: readonly number[];
  readonly unlabelled: readonly number[];
  /** Images without a value. */
  readonly missing: number;
}

export interface ReportHistograms {
  /** In [0, 1]. */
  readonly probability: Histogram;
  /** In nats, from 0 to the most a CAM of this model can have. */
  readonly entropy: Histogram;
}

export type GalleryKind =
  "true positive" | "false positive" | "miss" | "true negative" | "inconclusive" | "positive" | "negative";

export interface GalleryPicture {
  readonly kind: GalleryKind;
  readonly imageId: number;
  readonly studyId: number;
  readonly bodyPart: string | null;
  readonly label: 0 | 1 | null;
  readonly probability: number;
  readonly entropy: number | null;
  readonly area: number | null;
  readonly outcome: Outcome;
  readonly reason: TriageReason;
  /** Known lesion boxes drawn; null where the archive does not say. */
  readonly boxes: number | null;
  readonly heat: "drawn" | "degenerate";
  readonly jpeg: Uint8Array;
  readonly width: number;
  readonly height: number;
}
