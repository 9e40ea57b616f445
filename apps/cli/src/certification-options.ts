import {
  CLAIM_METRICS,
  PROCEDURES,
  type Claim,
  type ClaimMetric,
  type Procedure,
} from "@hairline/core/certificates";
import { SAMPLINGS, type CertificationOptions, type Sampling } from "@hairline/core/policies";
import { Option, type Command } from "commander";
import { authorOf, type AuthorOptions } from "./author.ts";
import { openShare } from "./statistics-options.ts";

/** What a policy is asked to keep, and how surely. */
export interface ClaimOptions extends AuthorOptions {
  readonly sensitivity?: number;
  readonly decidedSensitivity?: number;
  readonly npv?: number;
  readonly ppv?: number;
  readonly minCoverage?: number;
  readonly maxInconclusive?: number;
  readonly confidence: number;
  readonly sample: Sampling;
  readonly procedure: Procedure;
  readonly per?: "body_part";
}

export const CLAIMS_HELP = `
Claims, each "at least", on labelled images:
  --sensitivity           fractures not called negative, of all fractures: an inconclusive one is not missed
  --decided-sensitivity   fractures called positive, of those decided; inconclusive ones are left out
  --npv, --ppv            without a fracture of those called negative; with one of those called positive
  --min-coverage          decided, of all
docs/POLICIES.md tells what a certificate says and what it does not.`;

export function addClaimOptions(command: Command): Command {
  return command
    .option("--sensitivity <share>", "fractures not called negative, at least", openShare)
    .option("--decided-sensitivity <share>", "decided fractures called positive, at least", openShare)
    .option("--npv <share>", "negative predictive value, at least", openShare)
    .option("--ppv <share>", "positive predictive value, at least", openShare)
    .option("--min-coverage <share>", "decided, at least", openShare)
    .addOption(
      new Option("--max-inconclusive <share>", "not decided, at most")
        .argParser(openShare)
        .conflicts("minCoverage"),
    )
    .option("--confidence <share>", "that all claims hold together", openShare, 0.95)
    .addOption(
      new Option("--sample <units>", "one-per-patient keeps the promise exact; all is not independent")
        .choices(SAMPLINGS)
        .default("one-per-patient"),
    )
    .addOption(
      new Option("--procedure <name>", "how several candidates share the confidence")
        .choices(PROCEDURES)
        .default("fixed-sequence"),
    )
    .addOption(
      new Option("--per <slice>", "a certificate for each, beside the pooled one").choices(["body_part"]),
    );
}

/** The claims asked for, in the order they are printed; none when none is. */
export function claimsOf(options: ClaimOptions): Claim[] {
  const targets: Record<ClaimMetric, number | undefined> = {
    sensitivity: options.sensitivity,
    decided_sensitivity: options.decidedSensitivity,
    npv: options.npv,
    ppv: options.ppv,
    // Rounded to the decimals it was written with: 1 - 0.3 is not 0.7.
    coverage:
      options.minCoverage ??
      (options.maxInconclusive === undefined ? undefined : Number((1 - options.maxInconclusive).toFixed(12))),
  };
  return CLAIM_METRICS.flatMap((metric) => {
    const target = targets[metric];
    return target === undefined ? [] : [{ metric, target }];
  });
}

export function certificationOf(options: ClaimOptions): CertificationOptions {
  return {
    confidence: options.confidence,
    sampling: options.sample,
    procedure: options.procedure,
    perBodyPart: options.per === "body_part",
    author: authorOf(options),
  };
}
