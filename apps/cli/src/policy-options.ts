import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import {
  calibratorOf,
  findCalibrator,
  findPolicy,
  findPolicyInForce,
  formatReference,
  P_LOW_SCALES,
  rawPolicy,
  requireModel,
  type PLowScale,
  type StoredCalibrator,
  type StoredPolicy,
} from "@hairline/core/policies";
import { resolveScope, type ReadingRequest } from "@hairline/core/readings";
import { formatPolicy, parsePolicy, type Policy } from "@hairline/core/triage";
import { Option, type Command } from "commander";
import type { CliContext } from "./context.ts";

/** What a p_low is a threshold of. */
export interface ScaleOptions {
  readonly calibrator?: string;
  readonly pLowScale?: PLowScale;
}

export function addScaleOptions(command: Command): Command {
  return command
    .option("--calibrator <name>", "a calibrator, as name or name@version")
    .addOption(
      new Option(
        "--p-low-scale <scale>",
        "what p_low is a threshold of (default: calibrated with --calibrator, else raw)",
      ).choices(P_LOW_SCALES),
    );
}

/** A calibrator as asked for, and the scale p_low is on. */
export interface Scale {
  readonly calibrator: StoredCalibrator | undefined;
  readonly pLowScale: PLowScale;
}

/** @throws HairlineError CALIBRATOR_NOT_FOUND; BAD_ARGUMENT for a calibrated scale without a calibrator */
export async function resolveScale(database: Database, options: ScaleOptions): Promise<Scale> {
  const calibrator =
    options.calibrator === undefined ? undefined : await findCalibrator(database, options.calibrator);
  const pLowScale = options.pLowScale ?? (calibrator === undefined ? "raw" : "calibrated");
  if (pLowScale === "raw" || calibrator !== undefined) return { calibrator, pLowScale };
  throw new HairlineError("BAD_ARGUMENT", "A p_low on the calibrated scale needs a calibrator.", {
    field: "--calibrator",
    remedy: "Name one with --calibrator.",
  });
}

/** The calibrator that p_low goes through; undefined on the raw scale. */
export function scaleCalibrator({
  calibrator,
  pLowScale,
}: Scale): StoredCalibrator["calibrator"] | undefined {
  return pLowScale === "raw" ? undefined : calibrator?.calibrator;
}

/** The scale as commands print it. */
export function scaleJson({ calibrator, pLowScale }: Scale): {
  pLowScale: PLowScale;
  calibrator: string | null;
} {
  return { pLowScale, calibrator: calibrator === undefined ? null : formatReference(calibrator) };
}

/** Said beside a p_low that is not on the raw scale; undefined where it is. */
export function scaleNotice(scale: Scale): string | undefined {
  if (scale.pLowScale === "raw") return undefined;
  return `p_low is a threshold of probabilities after the calibrator ${scaleJson(scale).calibrator}`;
}

/** A policy given by name or as text. */
export interface GivenPolicy extends Scale {
  /** `name@version`, or the thresholds. */
  readonly text: string;
  readonly stored: StoredPolicy | undefined;
  /** As asked for. */
  readonly thresholds: Policy;
  /** With p_low on the raw scale, as triage reads it. */
  readonly policy: Policy;
}

/**
 * The policy written as `name`, `name@version` or `p_low=…`.
 *
 * @throws HairlineError POLICY_NOT_FOUND, CALIBRATOR_NOT_FOUND, BAD_THRESHOLD; BAD_ARGUMENT when a calibrator is given
 *   beside a named policy, which has its own
 */
export async function resolvePolicy(
  context: CliContext,
  text: string,
  options: ScaleOptions = {},
): Promise<GivenPolicy> {
  if (text.includes("=")) {
    // Before the stack is opened: a typing error need not wait for a server.
    const thresholds = parsePolicy(text);
    const { database } = await context.openStack();
    const scale = await resolveScale(database, options);
    const policy = rawPolicy(thresholds, scaleCalibrator(scale));
    return { ...scale, text: formatPolicy(thresholds), stored: undefined, thresholds, policy };
  }
  const { database } = await context.openStack();
  return named(database, await findPolicy(database, text), options);
}

/**
 * The policy in force for a reading.
 *
 * @throws HairlineError POLICY_NOT_FOUND when none is; BAD_ARGUMENT as `resolvePolicy`
 */
export async function policyInForce(request: ReadingRequest, options: ScaleOptions): Promise<GivenPolicy> {
  const { database } = request;
  return named(database, await findPolicyInForce(database, await resolveScope(request)), options);
}

async function named(database: Database, stored: StoredPolicy, options: ScaleOptions): Promise<GivenPolicy> {
  if (options.calibrator !== undefined || options.pLowScale !== undefined) {
    throw new HairlineError("BAD_ARGUMENT", `The policy ${formatReference(stored)} says its own scale.`, {
      field: "--calibrator",
      remedy: "Leave --calibrator and --p-low-scale out.",
    });
  }
  return {
    text: formatReference(stored),
    stored,
    thresholds: stored.thresholds,
    policy: stored.policy,
    calibrator: await calibratorOf(database, stored),
    pLowScale: stored.pLowScale,
  };
}

/** @throws HairlineError BAD_ARGUMENT when the calibrator is of another model than the reading; as `resolveScope` */
export async function requireScale(request: ReadingRequest, { calibrator }: Scale): Promise<void> {
  if (calibrator === undefined) return;
  requireModel(calibrator, (await resolveScope(request)).modelId);
}
