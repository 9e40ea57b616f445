import { HairlineError } from "../errors.ts";

/**
 * What a gate reads of a CAM. `both` is entropy and area together; `degenerate` asks only whether there is a CAM that
 * points anywhere.
 */
export type GateMeasure = "entropy" | "entropy_normalized" | "area" | "both" | "degenerate";

/**
 * Which values a gate keeps longest as it tightens. at_most is the triage rule's own; inverted keeps high values;
 * two_sided keeps those whose rank is nearest the middle, so it defers both tails alike.
 */
export type GateDirection = "at_most" | "inverted" | "two_sided";

/** One way of deferring flagged images by their CAM. */
export interface Gate {
  readonly measure: GateMeasure;
  readonly direction: GateDirection;
  /** Of the area; null where the measure has none. */
  readonly alpha: number | null;
}

const SUFFIX = { at_most: "", inverted: ":inverted", two_sided: ":two-sided" } as const;

/** The gate as `parseGate` reads it: `entropy`, `area@0.5`, `both@0.4`, `entropy:inverted`, `area@0.5:two-sided`. */
export function formatGate({ measure, direction, alpha }: Gate): string {
  return `${measure}${alpha === null ? "" : `@${alpha}`}${SUFFIX[direction]}`;
}

const PATTERN =
  /^(entropy_normalized|entropy|area|both|degenerate)(?:@(\d*\.?\d+))?(?::(inverted|two-sided))?$/;

/**
 * Reads a gate's name.
 *
 * @param defaultAlpha stands in where an area is named without one
 * @throws HairlineError BAD_ARGUMENT for another name, an alpha outside [0, 1) or where none belongs, or a direction
 *   that the measure does not have (`both` and `degenerate` have no two-sided form, `degenerate` no inverted one)
 */
export function parseGate(name: string, defaultAlpha: number): Gate {
  const match = PATTERN.exec(name.trim());
  if (match === null) throw badGate(name);
  const measure = match[1] as GateMeasure;
  const takesAlpha = measure === "area" || measure === "both";
  const direction = match[3] === undefined ? "at_most" : match[3] === "inverted" ? "inverted" : "two_sided";
  const alpha = match[2] === undefined ? defaultAlpha : Number(match[2]);
  if (!takesAlpha && match[2] !== undefined) throw badGate(name);
  if (alpha < 0 || alpha >= 1 || !hasDirection(measure, direction)) throw badGate(name);
  return { measure, direction, alpha: takesAlpha ? alpha : null };
}

function hasDirection(measure: GateMeasure, direction: GateDirection): boolean {
  if (direction === "two_sided") return measure !== "both" && measure !== "degenerate";
  return direction === "at_most" || measure !== "degenerate";
}

function badGate(name: string): HairlineError {
  return new HairlineError("BAD_ARGUMENT", `${JSON.stringify(name)} is not a gate.`, {
    field: "gate",
    remedy:
      "Use entropy, entropy_normalized, area@<alpha>, both@<alpha> or degenerate; :inverted and :two-sided turn a measure around.",
  });
}

/**
 * The gates an ablation looks at: the degenerate guard, entropy each way and normalised, the area and both gates at
 * every alpha, and the area each way at one.
 *
 * @param alphas those whose areas are known
 * @param alpha the one of the inverted and two-sided area gates
 */
export function ablationGates(alphas: readonly number[], alpha: number): Gate[] {
  const entropy = (direction: GateDirection): Gate => ({ measure: "entropy", direction, alpha: null });
  return [
    { measure: "degenerate", direction: "at_most", alpha: null },
    entropy("at_most"),
    { measure: "entropy_normalized", direction: "at_most", alpha: null },
    ...alphas.map((each): Gate => ({ measure: "area", direction: "at_most", alpha: each })),
    ...alphas.map((each): Gate => ({ measure: "both", direction: "at_most", alpha: each })),
    entropy("inverted"),
    { measure: "area", direction: "inverted", alpha },
    { measure: "both", direction: "inverted", alpha },
    entropy("two_sided"),
    { measure: "area", direction: "two_sided", alpha },
  ];
}
