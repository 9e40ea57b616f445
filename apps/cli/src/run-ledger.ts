import type { RunProgress } from "@hairline/core/runs";
import { formatCount } from "./progress.ts";

/** What became of the images of a run, in one line that adds up. */
export function describeLedger(progress: RunProgress): string {
  const { planned, scored, quarantined, deleted, notScored, alreadyScored } = progress;
  const open = planned - scored - quarantined - deleted - notScored;
  const parts = [`${formatCount(scored)} scored`, `${formatCount(quarantined)} quarantined`];
  if (deleted > 0) parts.push(`${formatCount(deleted)} deleted`);
  if (notScored > 0) parts.push(`${formatCount(notScored)} not scored`);
  if (open > 0) parts.push(`${formatCount(open)} to do`);
  return `ledger: ${formatCount(planned)} planned = ${parts.join(" + ")} (${formatCount(alreadyScored)} were scored before)`;
}
