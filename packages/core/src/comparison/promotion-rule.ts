import { z } from "zod";
import { HairlineError } from "../errors.ts";

const margin = z.number().min(0).lt(1).nullable();

/**
 * When a challenger takes a champion's place. A margin of 0 asks it to be better, null does not ask. Every criterion
 * must hold, each shown with `confidence`: so a challenger that is in truth worse by a margin or more, in sensitivity or
 * in AUGRC, is promoted with a chance of at most 1 - confidence (intersection-union test: no correction is needed).
 */
export const PROMOTION_RULE = z.strictObject({
  confidence: z.number().gt(0.5).lt(1).default(0.95),
  /** The challenger's sensitivity may be lower by less than this. */
  sensitivityMargin: margin.default(0.05),
  /** Its AUGRC may be higher by less than this. */
  augrcMargin: margin.default(0.005),
  /** Refuses a challenger that is demonstrably worse on a body part, however good it is on all together. */
  bodyPartRegressions: z.enum(["refuse", "report"]).default("refuse"),
  /** Fewer labelled fractures, or patients, decide nothing. */
  minPositives: z.int().min(1).default(30),
  minPatients: z.int().min(2).default(30),
  /**
   * as-champion: the challenger's policy needs a certificate where the champion's has one, of at least its claims.
   * required: always. none: never.
   */
  certificate: z.enum(["as-champion", "required", "none"]).default("as-champion"),
});
export type PromotionRule = Readonly<z.infer<typeof PROMOTION_RULE>>;

/** The rule where none is declared. */
export const DEFAULT_PROMOTION_RULE: PromotionRule = Object.freeze(PROMOTION_RULE.parse({}));

/** A rule as a user declares it, defaults filled in. @throws HairlineError BAD_ARGUMENT */
export function parsePromotionRule(raw: unknown): PromotionRule {
  const parsed = PROMOTION_RULE.safeParse(raw);
  if (parsed.success) return Object.freeze(parsed.data);
  throw new HairlineError("BAD_ARGUMENT", `The promotion rule: ${z.prettifyError(parsed.error)}`, {
    field: parsed.error.issues[0]?.path.join(".") || "rule",
    remedy: "See docs/CHAMPIONS.md for its fields.",
  });
}
