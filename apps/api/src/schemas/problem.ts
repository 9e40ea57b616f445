import { z } from "zod";

/** RFC 9457 problem details as every failure sends them. */
export const Problem = z
  .object({
    type: z.literal("about:blank"),
    title: z.string(),
    status: z.int(),
    // No enum: a release that adds a code must not break a client that validates.
    code: z.string().describe("What clients branch on; docs/ERRORS.md lists them, and releases add some."),
    detail: z.string(),
    field: z.string().optional(),
    remedy: z.string().optional(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Problem" });

export const PROBLEM_SCHEMA = { $ref: "#/components/schemas/Problem" } as const;
