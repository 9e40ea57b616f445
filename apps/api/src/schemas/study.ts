import { z } from "zod";
import { Instant, listOf, pageOf, PAGE_QUERY } from "./page.ts";
import { AppliedPolicy, OutcomeName, READING_QUERY } from "./triage.ts";

export const Label = z
  .union([z.literal(0), z.literal(1)])
  .nullable()
  .describe("1 fracture, 0 none, null unknown.");

const Text = z.string().min(1).max(200);

/** Query fields that choose among images or studies. */
export const FILTER_QUERY = {
  bodyPart: listOf(Text).optional(),
  split: listOf(Text).optional(),
  label: z.enum(["0", "1"]).optional(),
  outcome: listOf(OutcomeName).optional().describe("Needs a policy."),
};

export const Study = z
  .object({
    studyId: z.int(),
    studyKey: z.string().describe("May name a patient."),
    bodyPart: z.string().nullable(),
    split: z.string().nullable(),
    label: Label,
    images: z.int(),
    views: z.int().describe("Images the model has scored."),
    probability: z.number().nullable().describe("The highest of its views'."),
    outcome: OutcomeName.nullable().describe(
      "Positive when any view is, else inconclusive when any is, else negative.",
    ),
    verdicts: z.int(),
    verdict: Label.describe("The latest of any reviewer: 1 fracture, 0 none."),
  })
  .meta({ id: "Study" });

export const StudyPage = pageOf(Study, "StudyList")
  .extend({ model: z.string().nullable(), policy: AppliedPolicy.nullable() })
  .meta({ id: "StudyPage" });

export const StudiesQuery = z.object({
  ...PAGE_QUERY,
  ...READING_QUERY,
  ...FILTER_QUERY,
  reviewed: z
    .enum(["true", "false"])
    .optional()
    .describe("Only studies with a verdict, or only those without."),
});

export const Verdict = z
  .object({
    id: z.int(),
    studyId: z.int(),
    verdict: z.union([z.literal(0), z.literal(1)]).describe("1 fracture, 0 none."),
    reviewer: z.string(),
    note: z.string().nullable(),
    model: z.string().nullable(),
    policy: z.string().nullable().describe("name@version of the reading that was on the screen."),
    outcomeSeen: OutcomeName.nullable(),
    createdAt: Instant,
  })
  .meta({ id: "Verdict" });

export const VerdictPage = pageOf(Verdict, "VerdictPage");

export const NewVerdict = z
  .strictObject({
    verdict: z.union([z.literal(0), z.literal(1)]),
    note: z.string().max(4000).optional(),
    seen: z
      .strictObject({ model: z.string().max(100), policy: z.string().max(120), outcome: OutcomeName })
      .optional()
      .describe("The reading that was on the reviewer's screen."),
  })
  .meta({ id: "NewVerdict" });
