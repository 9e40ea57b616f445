import { CORRECTIONS, MEASURE_KINDS, VERDICTS } from "@hairline/core/drift";
import { z } from "zod";
import { Instant, pageOf } from "./page.ts";

const Window = z
  .object({
    dataset: z.string(),
    selection: z.string().describe("Which of its images, in words."),
    images: z.int().describe("Scored."),
    fingerprint: z.string().describe("SHA-256 of their facts and labels."),
  })
  .meta({ id: "DriftWindow" });

const Measure = z
  .object({
    name: z.string(),
    kind: z.enum(MEASURE_KINDS),
    test: z.string().nullable().describe("Null: a window has nothing to compare."),
    statistic: z.number().nullable(),
    pValue: z.number().nullable(),
    adjusted: z.number().nullable().describe("pValue for all measures together."),
    effect: z.number().nullable().describe("PSI, share moved, difference of rates, or squared MMD."),
    threshold: z.number().describe("The effect from which it matters."),
    reference: z.int().describe("Images compared."),
    current: z.int(),
    from: z.number().nullable(),
    to: z.number().nullable(),
    verdict: z.enum(VERDICTS),
    sentence: z.string(),
  })
  .meta({ id: "DriftMeasure" });

export const DriftCheckAnswer = z
  .object({
    id: z.int(),
    model: z.string(),
    policy: z.string().nullable().describe("name@version whose abstentions were compared."),
    reference: Window,
    current: Window,
    shared: z.int().describe("Images in both windows."),
    rule: z.object({
      alpha: z.number(),
      correction: z.enum(CORRECTIONS),
      thresholds: z.record(z.enum(MEASURE_KINDS), z.number()),
    }),
    measures: z.array(Measure),
    alarm: z.boolean(),
    expired: z.array(z.int()).describe("Ids of the certificates it ended."),
    author: z.string().nullable(),
    createdAt: Instant,
  })
  .meta({ id: "DriftCheck" });

export const DriftCheckPage = pageOf(DriftCheckAnswer, "DriftCheckPage");
