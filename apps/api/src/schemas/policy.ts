import { LEVELS, P_LOW_SCALES } from "@hairline/core/policies";
import { z } from "zod";
import { Instant, Name } from "./page.ts";
import { Thresholds } from "./triage.ts";

export const Policy = z
  .object({
    name: z.string(),
    version: z.int(),
    level: z.enum(LEVELS).describe("What an outcome is of."),
    thresholds: Thresholds,
    pLowScale: z.enum(P_LOW_SCALES),
    calibrator: z.string().nullable(),
    tuning: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe("The search that chose it; null when a person did."),
    author: z.string().nullable(),
    note: z.string().nullable(),
    createdAt: Instant,
  })
  .meta({ id: "Policy" });

export const NewPolicy = z
  .strictObject({
    name: Name,
    level: z.enum(LEVELS).default("image"),
    thresholds: Thresholds,
    calibrator: z.string().max(120).optional().describe("name or name@version; puts p_low on its scale."),
    note: z.string().max(4000).optional(),
  })
  .meta({ id: "NewPolicy" });

export const Activation = z
  .object({
    policy: z.string(),
    version: z.int(),
    model: z.string(),
    dataset: z.string().nullable().describe("Null: every dataset without a policy of its own."),
    activatedAt: Instant,
    activatedBy: z.string().nullable(),
    note: z.string().nullable(),
    retiredAt: Instant.nullable(),
    retiredBy: z.string().nullable(),
    retiredNote: z.string().nullable(),
    certified: z.boolean(),
  })
  .meta({ id: "Activation" });

export const Place = z
  .strictObject({
    model: Name,
    dataset: Name.optional().describe("Left out: every dataset without a policy of its own."),
    note: z.string().max(4000).optional(),
  })
  .meta({ id: "Place" });

export const PolicyReference = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}(@[1-9][0-9]{0,8})?$/, "expected name or name@version");
