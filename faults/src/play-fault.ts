import type { Database } from "@hairline/core/db";
import type { RunProgress } from "@hairline/core/runs";
import { startRedis } from "@hairline/core/testing";
import type { Fault } from "./fault.ts";
import type { FaultResult } from "./fault-result.ts";
import { compareFacts } from "./outcome/compare-facts.ts";
import { readFacts, type ImageFacts } from "./outcome/facts.ts";
import { SeededRandom } from "./random.ts";
import { Closers } from "./site/closers.ts";
import type { FaultSite } from "./site/fault-site.ts";
import { Stage } from "./stage/stage.ts";

export interface PlayOptions {
  readonly site: FaultSite;
  /** Of an undisturbed run over the same images; left out by the undisturbed run itself. */
  readonly undisturbed?: readonly ImageFacts[];
  /** Decides where in a run the faults come. */
  readonly seed: number;
}

export interface PlayedFault {
  readonly result: FaultResult;
  readonly facts: readonly ImageFacts[];
}

/** Plays one fault on a database of its own and holds the outcome against the promises. */
export async function playFault(
  fault: Fault,
  { site, undisturbed, seed }: PlayOptions,
): Promise<PlayedFault> {
  const closers = new Closers();
  try {
    const database = closers.use(await site.copyDatabase(`fault_${fault.name.replaceAll("-", "_")}`));
    const redis =
      fault.queue === "redis"
        ? closers.use(await startRedis({ appendOnly: fault.appendOnly ?? false }))
        : undefined;
    const stage = closers.use(new Stage({ site, database, redis, random: new SeededRandom(seed) }));
    try {
      const injected = await fault.play(stage);
      const after = await stage.whenEnded();
      return await judge(fault, { stage, injected, after, undisturbed });
    } catch (cause) {
      throw new Error(`${fault.name} (seed ${seed}): ${String(cause)}\n${stage.output}`, { cause });
    }
  } finally {
    await closers.close();
  }
}

interface Ended {
  readonly stage: Stage;
  readonly injected: string;
  readonly after: RunProgress;
  readonly undisturbed: readonly ImageFacts[] | undefined;
}

async function judge(fault: Fault, { stage, injected, after, undisturbed }: Ended): Promise<PlayedFault> {
  stage.requireLiving();
  const { before = after, database, faultAt } = stage;
  const facts = await readFacts(database, after);
  const compared = compareFacts(facts, comparable(undisturbed ?? facts, facts));
  const problems = [...ledgerProblems(before, after), ...outcomeProblems(stage, facts), ...compared.problems];
  const standstillSeconds =
    faultAt === undefined ? null : await longestStandstill(database, after.runId, faultAt);
  return { result: { fault, injected, before, after, facts: compared, standstillSeconds, problems }, facts };
}

/** A run over a part of the archive is held against that part. */
function comparable(undisturbed: readonly ImageFacts[], facts: readonly ImageFacts[]): ImageFacts[] {
  const keys = new Set(facts.map(({ key }) => key));
  return undisturbed.filter(({ key }) => keys.has(key));
}

function ledgerProblems(before: RunProgress, after: RunProgress): string[] {
  const problems: string[] = [];
  const { state, planned, scored, quarantined, deleted, notScored, errorCode } = after;
  if (state !== "completed") problems.push(`the run ${state} with ${errorCode}`);
  if (planned !== scored + quarantined + deleted + notScored) {
    problems.push(
      `${planned} planned, but ${scored} + ${quarantined} + ${deleted} + ${notScored} accounted for`,
    );
  }
  if (before.scored > scored || before.quarantined > quarantined) problems.push("the ledger lost entries");
  return problems;
}

function outcomeProblems({ site }: Stage, facts: readonly ImageFacts[]): string[] {
  const outcomes = new Map(site.images.map(({ key, outcome }) => [key, outcome]));
  return facts.flatMap(({ key, predictions, code }) => {
    const expected = outcomes.get(key);
    const isRight =
      expected === "scored" ? predictions === 1 && code === null : predictions === 0 && code === expected;
    return isRight ? [] : [`${key}: ${predictions} predictions and ${code}, but it is to be ${expected}`];
  });
}

/** In seconds: the longest time without a stored shard from the first fault on. */
async function longestStandstill({ pool }: Database, runId: string, from: Date): Promise<number | null> {
  const { rows } = await pool.query<{ seconds: number | null }>(
    `with moment (at) as (
       select $2::timestamptz
       union all
       select done_at from shard where run_id = $1::uuid and done_at > $2::timestamptz
     ),
     pause as (select at - lag(at) over (order by at) as length from moment)
     select extract(epoch from max(length))::float8 as seconds from pause`,
    [runId, from],
  );
  return rows[0]?.seconds ?? null;
}
