import { z } from "zod";
import { pageOf, PAGE_QUERY } from "./page.ts";
import { AppliedPolicy, OutcomeName, READING_QUERY, ReasonName } from "./triage.ts";
import { FILTER_QUERY, Label } from "./study.ts";

const FACT = "Null where the model has not scored the image.";

export const Image = z
  .object({
    imageId: z.int(),
    studyId: z.int(),
    objectKey: z.string().describe("Path below the archive's root; may name a patient."),
    studyKey: z.string(),
    bodyPart: z.string().nullable(),
    split: z.string().nullable(),
    view: z.string().nullable(),
    hardware: z.boolean().nullable(),
    label: Label,
    byteSize: z.int().nullable(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    quarantineCode: z.string().nullable().describe("Why the model could not score it."),
    probability: z.number().nullable().describe(`Of fracture, in [0, 1]. ${FACT}`),
    logit: z.number().nullable(),
    entropy: z.number().nullable().describe("Of the CAM, in nats; null when degenerate too."),
    entropyNormalized: z.number().nullable(),
    degenerate: z.boolean().nullable(),
    area: z.number().nullable().describe("CAM area at the policy's alpha; null without an area gate."),
    reason: ReasonName.nullable(),
    outcome: OutcomeName.nullable(),
  })
  .meta({ id: "Image" });

export const ImagePage = pageOf(Image, "ImageList")
  .extend({ model: z.string().nullable(), policy: AppliedPolicy.nullable() })
  .meta({ id: "ImagePage" });

export const ImageAnswer = Image.extend({
  dataset: z.string(),
  model: z.string().nullable(),
  policy: AppliedPolicy.nullable(),
}).meta({ id: "ImageAnswer" });

export const ImagesQuery = z.object({ ...PAGE_QUERY, ...READING_QUERY, ...FILTER_QUERY });
