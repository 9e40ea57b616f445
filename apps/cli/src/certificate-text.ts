import { describeSelection, formatReference, imageFilter, type Certificate } from "@hairline/core/policies";
import type { TriageCounts } from "@hairline/core/triage";
import type { Cell, Output } from "./output.ts";
import { formatCount } from "./progress.ts";
import { metricCell } from "./reading-options.ts";

type Needed = Certificate["needed"][number];

/** What a certificate is for: the body part, or all. */
export function sliceText({ bodyPart }: Certificate): string {
  return bodyPart ?? "all";
}

/** The result, and whether it still stands. */
export function standingText({ result, revokedAt, expiredAt }: Certificate): string {
  return [result, revokedAt === null ? "" : "revoked", expiredAt === null ? "" : "expired"]
    .filter((part) => part !== "")
    .join(", ");
}

/** "about 120 more positives (about 900 more labels)"; or why no number would do. */
function neededText({ metric, of, more, moreLabelled }: Needed): string {
  if (more === null) return `${metric}: its rate is not above the target, so no number of labels would do`;
  const labels =
    moreLabelled === null || of === "labelled"
      ? ""
      : ` (about ${formatCount(moreLabelled)} more labels in all)`;
  return `${metric}: need about ${formatCount(more)} more ${of}${labels}`;
}

function claimRow(certificate: Certificate): Cell[][] {
  return certificate.claims.map(({ metric, target, successes, trials, bound, pValue }) => [
    sliceText(certificate),
    metric,
    target,
    trials === 0 ? null : metricCell(successes / trials),
    `${formatCount(successes)} of ${formatCount(trials)}`,
    metricCell(bound),
    pValue.toPrecision(2),
    standingText(certificate),
  ]);
}

/** What a certificate does not say of a policy that never gives one of the outcomes. */
export function outcomeCaveats({ tp, fp, tn, fn }: TriageCounts): string[] {
  return [
    ...(tn + fn === 0
      ? ["the policy called none of these negative: no fracture can be missed, and none is ruled out"]
      : []),
    ...(tp + fp === 0 ? ["the policy called none of these positive"] : []),
  ];
}

/** The certificates of one test, pooled first, with what they do and do not say. */
export function printCertificates(output: Output, certificates: readonly Certificate[]): void {
  const [pooled] = certificates;
  if (pooled === undefined) return;
  output.table(
    ["for", "claim", "at least", "observed", "", "bound", "p", "result"],
    certificates.flatMap(claimRow),
  );
  output.line(
    `tested on ${formatCount(pooled.units)} labelled units (fractures: ${formatCount(pooled.positives)}) of ` +
      `${formatCount(pooled.patients)} patients of ` +
      `${describeSelection({ dataset: pooled.dataset, filter: imageFilter(pooled) })}; ${pooled.method}, ` +
      `${formatCount(pooled.candidates)} ${pooled.candidates === 1 ? "candidate" : "candidates"}`,
  );
  output.line(verdict(pooled));
  for (const certificate of certificates) {
    for (const needed of certificate.needed)
      output.line(`  ${sliceText(certificate)}: ${neededText(needed)}`);
  }
  if (certificates.length > 1) {
    output.line(
      "a body part that is refused falls back to the pooled certificate, which promises it nothing of its own",
    );
  }
  for (const caveat of caveats(pooled)) output.notice(caveat);
}

function verdict(pooled: Certificate): string {
  const { result, revokedAt, expiredAt, expiredReason } = pooled;
  const name = formatReference({ name: pooled.policy, version: pooled.version });
  if (revokedAt !== null)
    return `${name} was certified, but the certificate is revoked: rely on it no longer`;
  if (result === "certified" && expiredAt !== null) {
    const day = expiredAt.toISOString().slice(0, 10);
    return `${name} was certified, but that expired on ${day} (${expiredReason}): rely on it no longer`;
  }
  return result === "certified"
    ? `${name} is certified: with ${100 * pooled.confidence} % confidence all claims hold on images like these`
    : `cannot certify ${name} at ${100 * pooled.confidence} % confidence:`;
}

function caveats({ sampling, patients, units, patientsUnknown, earlierTests }: Certificate): string[] {
  const found: string[] = [];
  if (patientsUnknown)
    found.push("some images name no patient: each of their studies was taken as a patient of its own");
  if (sampling === "all" && patients < units)
    found.push("several units of a patient were taken as independent: the bounds are too good");
  if (earlierTests > 0) {
    found.push(
      `these images were tested on ${earlierTests === 1 ? "once" : `${formatCount(earlierTests)} times`} before: ` +
        "each more try weakens the promise",
    );
  }
  return found;
}
