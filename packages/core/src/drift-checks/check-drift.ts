import { inTransaction, type Database } from "../db/index.ts";
import {
  checkRule,
  DEFAULT_RULE,
  judgeMeasures,
  type DriftRule,
  type JudgedMeasure,
} from "../drift/index.ts";
import { HairlineError } from "../errors.ts";
import { canonicalFilter } from "../facts/index.ts";
import { readFingerprint } from "../policies/fingerprint.ts";
import { type ImageSelection, type StoredPolicy } from "../policies/index.ts";
import { noPredictions, resolveScope, type ReadingScope } from "../readings/scope.ts";
import { openSnapshot } from "../readings/snapshot.ts";
import { checkPolicy, requireAlpha } from "../readings/triage-policy-params.ts";
import { compareWindows } from "./compare-windows.ts";
import {
  expireCertificates,
  insertDriftCheck,
  listDriftChecks,
  type DriftCheck,
  type NewDriftCheck,
} from "./drift-check-store.ts";
import { readWindow } from "./read-window.ts";

export interface DriftRequest {
  readonly database: Database;
  /** Whose scores are compared; the only one that scored the reference when left out. */
  readonly model?: string | undefined;
  readonly reference: ImageSelection;
  readonly current: ImageSelection;
  /** Whose abstentions are compared; none when left out. */
  readonly policy?: StoredPolicy | undefined;
  readonly rule?: DriftRule | undefined;
  /** Of the sample of embeddings and of the permutations. Default 1. */
  readonly seed?: number | undefined;
  /** Ends the certificates that an alarm speaks against. */
  readonly expire?: boolean | undefined;
  readonly author?: string | undefined;
}

interface Scopes {
  readonly reference: ReadingScope;
  readonly current: ReadingScope;
}

/** @throws HairlineError BAD_ARGUMENT when both windows are the same */
function requireTwo({ reference, current }: DriftRequest): void {
  const text = ({ dataset, filter = {} }: ImageSelection): string =>
    JSON.stringify([dataset, canonicalFilter(filter)]);
  if (text(reference) !== text(current)) return;
  throw new HairlineError("BAD_ARGUMENT", "Both windows are the same images.", {
    field: "current",
    remedy: "Name another run, time or split for one of them.",
  });
}

async function readBoth(request: DriftRequest, scopes: Scopes) {
  const { database, policy: stored, seed = 1 } = request;
  const policy = stored?.policy;
  await using snapshot = await openSnapshot(database);
  const read = async (side: "reference" | "current", other: "reference" | "current") => {
    const scope = scopes[side];
    const { filter } = request[side];
    if (policy !== undefined) await requireAlpha(snapshot.client, scope, policy);
    const facts = await readWindow(snapshot.client, {
      scope,
      filter,
      otherFilter: request[other].filter,
      otherDatasetId: scopes[other].datasetId,
      policy,
      seed,
    });
    if (facts.images === 0) throw noPredictions(scope.dataset, scope.model);
    return { facts, fingerprint: await readFingerprint(snapshot.client, scope, filter) };
  };
  return { reference: await read("reference", "current"), current: await read("current", "reference") };
}

type Read = Awaited<ReturnType<typeof readBoth>>;

function newCheck(request: DriftRequest, read: Read, judged: readonly JudgedMeasure[]) {
  const windowOf = (side: "reference" | "current") => ({
    dataset: request[side].dataset,
    filter: request[side].filter ?? {},
    images: read[side].facts.images,
    fingerprint: read[side].fingerprint,
  });
  return {
    policyId: request.policy?.id ?? null,
    reference: windowOf("reference"),
    current: windowOf("current"),
    shared: read.current.facts.shared,
    rule: request.rule ?? DEFAULT_RULE,
    measures: judged,
    alarm: judged.some(({ verdict }) => verdict === "alarm"),
    author: request.author ?? null,
  };
}

/** What the expiry of a certificate says. */
function expiryReason(checkId: number, judged: readonly JudgedMeasure[]): string {
  const alarms = judged.filter(({ verdict }) => verdict === "alarm").map(({ name }) => name);
  return `drift check ${checkId}: ${alarms.join(", ")}`;
}

function storeCheck({ database, expire = false }: DriftRequest, check: NewDriftCheck): Promise<number> {
  return inTransaction(database.pool, async (client) => {
    const id = await insertDriftCheck(client, check);
    if (expire && check.alarm) {
      const reason = expiryReason(id, check.measures);
      await expireCertificates(client, id, { reason, author: check.author });
    }
    return id;
  });
}

/**
 * Compares a window of scored images with a reference and stores what was found.
 *
 * @throws HairlineError DATASET_NOT_FOUND, MODEL_NOT_FOUND, NO_PREDICTIONS; FACTS_MISSING for the policy's alpha;
 *   BAD_ARGUMENT when both windows are the same, or for the rule
 */
export async function checkDrift(request: DriftRequest): Promise<DriftCheck> {
  const { database, policy, rule = DEFAULT_RULE } = request;
  requireTwo(request);
  checkRule(rule);
  if (policy !== undefined) checkPolicy(policy.policy);
  const reference = await resolveScope({
    database,
    model: request.model,
    dataset: request.reference.dataset,
  });
  const current = await resolveScope({ database, model: reference.model, dataset: request.current.dataset });
  const read = await readBoth(request, { reference, current });
  const windows = { reference: read.reference.facts, current: read.current.facts };
  const judged = judgeMeasures(compareWindows(windows, request.seed ?? 1), rule);
  const check = newCheck(request, read, judged);
  const id = await storeCheck(request, { modelId: reference.modelId, ...check });
  const [stored] = await listDriftChecks(database, { id, limit: 1 });
  if (stored !== undefined) return stored;
  throw new HairlineError("INTERNAL", "The drift check was not stored.");
}
