import { OUTCOMES, TRIAGE_REASONS } from "@hairline/core/triage";
import { z } from "zod";
import { Instant } from "./page.ts";
import { AppliedPolicy } from "./triage.ts";

export const Dataset = z
  .object({
    id: z.int(),
    name: z.string(),
    layout: z.string(),
    createdAt: Instant,
    studies: z.int(),
    images: z.int(),
    labelled: z.int(),
    positive: z.int().describe("Images labelled 1."),
    bytes: z.int(),
  })
  .meta({ id: "Dataset" });

const Ledger = z
  .object({ images: z.int(), scored: z.int(), quarantined: z.int(), waiting: z.int() })
  .describe("images = scored + quarantined + waiting");

export const DatasetAnswer = Dataset.extend({
  model: z.string().nullable(),
  ledger: Ledger.nullable(),
  quarantine: z.array(z.object({ code: z.string(), images: z.int(), firstImageId: z.int() })),
}).meta({ id: "DatasetAnswer" });

const Counts = z.object({ tp: z.int(), fp: z.int(), tn: z.int(), fn: z.int(), inconclusive: z.int() });

export const TriageSummary = z
  .object({
    images: z.int(),
    labelled: z.int(),
    outcomes: z.record(z.enum(OUTCOMES), z.int()),
    reasons: z.record(z.enum(TRIAGE_REASONS), z.int()),
    counts: Counts.describe("Labelled images only, as are the metrics."),
    metrics: z.record(z.string(), z.number().nullable()).describe("Null where undefined."),
  })
  .meta({ id: "TriageSummary" });

export const TriageAnswer = z
  .object({
    model: z.string().nullable(),
    policy: AppliedPolicy,
    overall: TriageSummary,
    bodyParts: z.array(TriageSummary.extend({ bodyPart: z.string().nullable() })),
  })
  .meta({ id: "TriageAnswer" });
