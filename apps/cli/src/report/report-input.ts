import type { TriageSummary } from "@hairline/core/readings";
import type { Outcome, Policy, TriageCounts, TriageReason } from "@hairline/core/triage";

/** Everything a report says, without clocks or paths: equal inputs give equal bytes. */
export interface ReportInput {
  readonly dataset: ReportDataset;
  readonly model: ReportModel;
  readonly policy: Policy;
  /** `name@version` of a stored policy; null for thresholds given as such. */
  readonly policyName: string | null;
  /** What the reading was narrowed to; null for everything. */
  readonly filter: {
    readonly splits: readonly string[] | null;
    readonly bodyParts: readonly string[] | null;
    /** Other conditions in words, which name no image; null for none. */
    readonly conditions: string | null;
  };
  readonly overall: TriageSummary;
  readonly bodyParts: readonly (TriageSummary & { readonly bodyPart: string | null })[];
  /** Labelled images the reading is about, by label. */
  readonly labelled: { readonly positive: number; readonly negative: number };
  readonly rocAuc: ReportRocAuc | null;
  readonly quarantine: readonly ReportQuarantine[];
  readonly sweep: ReportSweep | null;
  readonly histograms: ReportHistograms;
  readonly gallery: readonly GalleryPicture[];
  readonly notDrawn: readonly PictureNotDrawn[];
  /** sha256 over the facts and labels the report is about, 64 hex digits. */
  readonly factsSha256: string;
  /** Hairline's own version. */
  readonly version: string;
}

/** The dataset as a whole, whatever the reading was narrowed to: images = scored + quarantined + waiting. */
export interface ReportDataset {
  readonly name: string;
  readonly layout: string;
  readonly studies: number;
  readonly images: number;
  readonly scored: number;
  readonly quarantined: number;
  /** Neither scored nor quarantined yet. */
  readonly waiting: number;
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
  /** Lowest id with that code. */
  readonly exampleImageId: number;
  /** First object key with that code; null unless object keys were asked for, since they may name a patient. */
  readonly exampleKey: string | null;
}

export interface ReportSweep {
  readonly configs: number;
  /** Configs that lie apart on the plot; at most a few thousand. */
  readonly points: readonly SweepPoint[];
  /** What the report's own policy comes to. */
  readonly chosen: TriageCounts;
  /**
   * The same p_low without a CAM: positive from a second threshold on the probability upwards, inconclusive between the
   * two. By rising coverage, one point per second threshold; at most a few hundred.
   */
  readonly probabilityOnly: readonly RiskCoverage[];
  /** That curve where it first covers as much as the policy; null when the policy decides nothing. */
  readonly probabilityOnlyAtPolicy: RiskCoverage | null;
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
  /** In nats, over the range that occurs. */
  readonly entropy: Histogram;
}

export type GalleryKind =
  "true positive" | "false positive" | "miss" | "true negative" | "inconclusive" | "positive" | "negative";

export interface GalleryPicture {
  readonly kind: GalleryKind;
  readonly imageId: number;
  /** Null unless object keys were asked for, since they may name a patient. */
  readonly objectKey: string | null;
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

/** A picture the gallery would have shown. */
export interface PictureNotDrawn {
  readonly imageId: number;
  /** Why, as an error code. */
  readonly code: string;
}
