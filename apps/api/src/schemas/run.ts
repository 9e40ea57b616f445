import { RUN_PRIORITIES } from "@hairline/core/runs";
import { z } from "zod";
import { Instant, Name, pageOf } from "./page.ts";

export const RunState = z.enum(["planning", "running", "completed", "failed", "cancelled"]);
export const Priority = z.enum(RUN_PRIORITIES);

export const Run = z
  .object({
    runId: z.uuid(),
    dataset: z.string(),
    model: z.string(),
    state: RunState,
    priority: Priority,
    pausedAt: Instant.nullable(),
    studyId: z.int().nullable(),
    planned: z.int(),
    errorCode: z.string().nullable(),
    createdAt: Instant,
  })
  .meta({ id: "Run" });

export const RunPage = pageOf(Run, "RunPage");

export const RunProgress = z
  .object({
    runId: z.uuid(),
    state: RunState,
    priority: Priority,
    pausedAt: Instant.nullable(),
    studyId: z.int().nullable(),
    planned: z.int().describe("planned = scored + quarantined + deleted + notScored when it has ended"),
    scored: z.int(),
    quarantined: z.int(),
    deleted: z.int().describe("Images deleted before they were scored."),
    notScored: z.int().describe("Images left when it was cancelled."),
    alreadyScored: z.int(),
    alreadyQuarantined: z.int(),
    shards: z.int(),
    shardsDone: z.int(),
    errorCode: z.string().nullable(),
    startedAt: Instant.nullable(),
    finishedAt: Instant.nullable(),
  })
  .meta({ id: "RunProgress" });

export const NewRun = z
  .strictObject({
    dataset: Name,
    model: Name,
    priority: Priority.optional(),
    shardSize: z.int().min(1).max(65_536).optional(),
    retryQuarantined: z.boolean().optional(),
    embeddings: z.boolean().optional(),
  })
  .meta({ id: "NewRun" });

export const OpenedRun = z
  .object({
    runId: z.uuid(),
    resumed: z.boolean().describe("True when an unfinished run of the dataset and model is joined."),
  })
  .meta({ id: "OpenedRun" });
