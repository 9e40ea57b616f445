import { ERROR_CODES } from "@hairline/core/errors";
import { z } from "zod";

/** RFC 9457 problem details as every failure sends them. */
export const Problem = z
  .object({
    type: z.literal("about:blank"),
    title: z.string(),
    status: z.int(),
    code: z.enum(ERROR_CODES).describe("What clients branch on; see docs/ERRORS.md."),
    detail: z.string(),
    field: z.string().optional(),
    remedy: z.string().optional(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Problem" });

export const PROBLEM_SCHEMA = { $ref: "#/components/schemas/Problem" } as const;
