import type { RunProgress } from "@hairline/core/runs";
import type { Fault } from "./fault.ts";
import type { FactsComparison } from "./outcome/compare-facts.ts";

export interface FaultResult {
  readonly fault: Fault;
  /** What was done. */
  readonly injected: string;
  /** The ledger when the first fault came. */
  readonly before: RunProgress;
  readonly after: RunProgress;
  readonly facts: FactsComparison;
  /** The longest time without a stored shard from the first fault on; null when there was none. */
  readonly standstillSeconds: number | null;
  /** What broke a promise, one line each; empty when the fault was survived. */
  readonly problems: readonly string[];
}
