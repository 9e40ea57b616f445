import { LABEL_SOURCES } from "@hairline/core/facts";
import { LEVELS } from "@hairline/core/policies";
import { STUDY_RULES } from "@hairline/core/pooling";
import { SWEEP_STATES } from "@hairline/core/sweeps";
import { z } from "zod";
import { Instant, Name, pageOf } from "./page.ts";

const Axis = z.string().min(1).max(20_000);

export const NewSweep = z
  .strictObject({
    dataset: Name,
    model: Name.optional(),
    grid: z
      .strictObject({
        pLow: Axis.describe("Numbers and start:end:step ranges, as in 0.1,0.2:0.8:0.05."),
        entropyMax: Axis.default("none"),
        areaMax: Axis.default("none"),
        alpha: Axis.default("0.5"),
      })
      .describe("Every combination is one config."),
    filter: z
      .strictObject({
        bodyParts: z.array(z.string().max(200)).max(100).optional(),
        splits: z.array(z.string().max(200)).max(100).optional(),
        hardware: z.boolean().optional(),
        importedFrom: z.iso.datetime({ offset: true }).optional(),
        importedBefore: z.iso.datetime({ offset: true }).optional(),
        runId: z.uuid().optional(),
      })
      .optional(),
    level: z.enum(LEVELS).optional(),
    studyRule: z.enum(STUDY_RULES).optional(),
    labelSource: z.enum(LABEL_SOURCES).optional(),
    calibrator: z.string().max(120).optional(),
    fresh: z.boolean().optional().describe("Evaluate again even when the same was asked of the same facts."),
  })
  .meta({ id: "NewSweep" });

export const Sweep = z
  .object({
    sweepId: z.uuid(),
    dataset: z.string(),
    model: z.string(),
    level: z.enum(LEVELS),
    studyRule: z.string().nullable(),
    labelSource: z.string(),
    calibrator: z.string().nullable(),
    state: z.enum(SWEEP_STATES),
    configs: z.int(),
    source: z.string().nullable(),
    positives: z.int().nullable(),
    negatives: z.int().nullable(),
    unlabelled: z.int().nullable(),
    rocAuc: z.number().nullable(),
    elapsedMs: z.number().nullable(),
    errorCode: z.string().nullable(),
    createdAt: Instant,
    finishedAt: Instant.nullable(),
  })
  .meta({ id: "Sweep" });

export const RequestedSweep = z
  .object({ sweepId: z.uuid(), state: z.enum(["queued", "running", "completed"]) })
  .meta({ id: "RequestedSweep" });

const Share = z.number().nullable();

export const SweepPoint = z
  .object({
    ordinal: z.int().describe("From 1; alpha varies fastest, then area_max, entropy_max, p_low."),
    pLow: z.number(),
    entropyMax: z.number().nullable(),
    areaMax: z.number().nullable(),
    alpha: z.number(),
    tp: z.int(),
    fp: z.int(),
    tn: z.int(),
    fn: z.int(),
    inconclusive: z.int(),
    coverage: Share,
    accuracy: Share.describe(
      "Of the confident outcomes, as are precision, recall and f1; null where undefined.",
    ),
    precision: Share,
    recall: Share,
    f1: Share,
    overallAccuracy: Share.describe("Inconclusive counted as wrong."),
  })
  .meta({ id: "SweepPoint" });

export const SweepPointPage = pageOf(SweepPoint, "SweepPointPage");
