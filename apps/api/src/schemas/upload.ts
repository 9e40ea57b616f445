import { UPLOAD_STATES } from "@hairline/core/uploads";
import { z } from "zod";
import { Bytes, Instant, Name } from "./page.ts";

const QuietSeconds = z
  .number()
  .min(0)
  .max(86_400)
  .describe("A study is scored when no view has come for so long; 60 when left out.");

export const NewUploadDataset = z
  .strictObject({
    name: Name,
    model: Name.describe("The network that scores its studies."),
    quietSeconds: QuietSeconds.optional(),
  })
  .meta({ id: "NewUploadDataset" });

export const UploadDatasetChange = z
  .strictObject({ model: Name.optional(), quietSeconds: QuietSeconds.optional() })
  .meta({ id: "UploadDatasetChange" });

export const UploadDatasetAnswer = z
  .object({ dataset: z.string(), model: z.string(), quietSeconds: z.number() })
  .meta({ id: "UploadDataset" });

const Reference = z
  .string()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}+$/u, "expected no control characters");

export const NewStudy = z
  .strictObject({
    studyKey: Reference.optional().describe("Your reference of the study; made up when left out."),
    patientKey: Reference.optional().describe("Your reference of the patient, opaque: best a pseudonym."),
    bodyPart: Reference.optional(),
    expectedViews: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe("The study is scored as soon as it has so many."),
  })
  .meta({ id: "NewStudy" });

export const UploadProgressAnswer = z
  .object({
    state: z
      .enum(UPLOAD_STATES)
      .describe(
        "waiting: for views, or for the pause to be long enough; queued: due or being scored; scored: each view has " +
          "facts or a code; stopped: its run failed or was cancelled, and completing the study starts another.",
      ),
    model: z.string(),
    images: z.int(),
    scored: z.int(),
    quarantined: z.int(),
    expectedViews: z.int().nullable(),
    completedAt: Instant.nullable(),
    dueAt: Instant.nullable().describe(
      "When it is scored unless another view comes; null while nothing is owed.",
    ),
    runId: z.uuid().nullable().describe("The last run of it."),
    errorCode: z.string().nullable().describe("Why that failed."),
  })
  .meta({ id: "UploadProgress" });

export const NewImages = z
  .object({
    file: z.array(Bytes).describe("PNG, JPEG or TIFF images, or ZIPs of them; what each is, its bytes tell."),
  })
  .meta({ id: "NewImages" });

const UploadedFile = z
  .object({
    name: z.string().describe("As it was sent; may name a patient. Never used as a path."),
    zip: z.string().nullable().describe("The ZIP it came in."),
    outcome: z.enum(["stored", "duplicate", "rejected"]),
    imageId: z.int().nullable().describe("Also of the image that a duplicate is one of."),
    sha256: z.string().nullable(),
    byteSize: z.int().nullable(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    code: z.string().nullable().describe("Why it was rejected: a code of docs/ERRORS.md."),
    message: z.string().nullable(),
  })
  .meta({ id: "UploadedFile" });

export const UploadAnswer = z
  .object({
    studyId: z.int(),
    stored: z.int(),
    duplicates: z.int().describe("Files that the study has already."),
    rejected: z.int(),
    files: z
      .array(UploadedFile)
      .describe("Every file, in the order sent; the entries of a ZIP in its place."),
    upload: UploadProgressAnswer,
  })
  .meta({ id: "Upload" });
