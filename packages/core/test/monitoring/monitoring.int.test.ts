import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Database } from "../../src/db/index.ts";
import * as jobs from "../../src/jobs/index.ts";
import { MONITORED_QUEUES, readArchiveState, readQueueState } from "../../src/monitoring/index.ts";
import { createPolicy } from "../../src/policies/index.ts";
import { openQueues } from "../../src/queue/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { parsePolicy } from "../../src/triage/index.ts";

/** A dataset of `images` images and a model. */
async function seed(database: Database, images: number): Promise<void> {
  await database.pool.query(`
    insert into model (name, kind, alphas) values ('net', 'external', '{0.5}');
    insert into dataset (name, root, layout) values ('archive', '/archive', 'folder');
    insert into study (dataset_id, study_key) select id, 'study' from dataset`);
  await database.pool.query(
    `insert into image (dataset_id, study_id, object_key)
     select dataset_id, id, 'image-' || at from study, generate_series(1, $1::int) as at`,
    [images],
  );
}

interface SeededRun {
  readonly state: string;
  readonly paused?: boolean;
  /** Images of each shard, and whether it is done. */
  readonly shards?: readonly { readonly images: number; readonly doneAt?: string }[];
}

async function insertRun(
  { pool }: Database,
  { state, paused = false, shards = [] }: SeededRun,
): Promise<string> {
  const runId = randomUUID();
  // Of some images: so many of them can be open beside each other.
  await pool.query(
    `insert into run (id, dataset_id, model_id, state, shard_size, image_ids, paused_at, finished_at)
     select $1, dataset.id, model.id, $2, 2, '{1}', case when $3 then now() end,
            case when $2 in ('completed', 'failed') then now() end
     from dataset, model`,
    [runId, state, paused],
  );
  for (const [ordinal, { images, doneAt }] of shards.entries())
    await pool.query(
      `insert into shard (run_id, ordinal, image_ids, done_at, scored)
       select $1, $2, array(select generate_series(1, $3::int)), $4::timestamptz,
              case when $4::timestamptz is null then 0 else $3::int end`,
      [runId, ordinal, images, doneAt ?? null],
    );
  return runId;
}

describe("the state of an installation", () => {
  it("is empty before anything was done", async () => {
    await using database = await createTestDatabase();
    expect(await readArchiveState(database)).toEqual({
      runs: [],
      openShards: 0,
      openImages: 0,
      lastShardAt: null,
      quarantine: [],
      workers: [],
      policies: [],
      drift: [],
      schedules: expect.arrayContaining([
        { schedule: "retention", lastSuccessAt: null, failed: false, overdueSeconds: 0 },
      ]) as unknown,
      databaseBytes: expect.any(Number) as unknown,
    });
  });

  it("counts open work of running runs, and paused runs as such", async () => {
    await using database = await createTestDatabase();
    await seed(database, 3);
    const doneAt = "2026-01-02T03:04:05.000Z";
    await insertRun(database, {
      state: "running",
      shards: [{ images: 2, doneAt }, { images: 3 }, { images: 1 }],
    });
    await insertRun(database, { state: "running", paused: true, shards: [{ images: 3 }] });
    await insertRun(database, { state: "planning" });
    const state = await readArchiveState(database);
    expect(state.runs).toEqual([
      { state: "paused", runs: 1 },
      { state: "planning", runs: 1 },
      { state: "running", runs: 1 },
    ]);
    expect(state).toMatchObject({ openShards: 2, openImages: 4, lastShardAt: new Date(doneAt) });
  });

  it("counts quarantine by code, and workers by role and state with their rates together", async () => {
    await using database = await createTestDatabase();
    await seed(database, 3);
    const runId = await insertRun(database, { state: "running" });
    await database.pool.query(
      `insert into quarantine (model_id, run_id, image_id, code, message)
       select model.id, $1, image.id, case when image.id % 2 = 0 then 'IMAGE_EMPTY' else 'IMAGE_TRUNCATED' end, ''
       from model, image`,
      [runId],
    );
    await database.pool.query(`
      insert into worker (id, role, host, pid, hairline_version, heartbeat_ms, images_per_second, seen_at, started_at,
                          engine, engine_version, device, cores, decode_threads, engines, threads_per_engine)
      select gen_random_uuid(), 'worker-gpu', 'host', 1, '1', 60000, rate, now() - age, now() - interval '1 day',
             'cpu', '1', 'cpu', 1, 1, 1, 1
      from (values (10.5, interval '0'), (20, interval '0'), (99, interval '1 hour')) as given (rate, age);
      insert into worker (id, role, host, pid, hairline_version, heartbeat_ms)
      values (gen_random_uuid(), 'scheduler', 'host', 2, '1', 60000)`);
    const state = await readArchiveState(database);
    expect(state.quarantine).toEqual([
      { code: "IMAGE_EMPTY", images: 1 },
      { code: "IMAGE_TRUNCATED", images: 2 },
    ]);
    expect(state.workers).toEqual([
      { role: "scheduler", state: "running", workers: 1, imagesPerSecond: null },
      { role: "worker-gpu", state: "lost", workers: 1, imagesPerSecond: null },
      { role: "worker-gpu", state: "running", workers: 2, imagesPerSecond: 30.5 },
    ]);
  });

  it("takes the last firing of a schedule, and how long it is overdue", async () => {
    await using database = await createTestDatabase();
    await database.pool.query(`
      update schedule set next_due_at = now() - interval '1 hour' where name = 'retention';
      update schedule set next_due_at = now() - interval '1 hour', enabled = false where name = 'rollup-check';
      insert into schedule_firing (schedule, due_at, task, payload, state, finished_at) values
        ('retention', '2026-01-01', 'retention', '{}', 'completed', '2026-01-01T00:00:05Z'),
        ('retention', '2026-01-02', 'retention', '{}', 'failed', '2026-01-02T00:00:05Z'),
        ('retention', '2026-01-03', 'retention', '{}', 'running', null)`);
    const { schedules } = await readArchiveState(database);
    const [retention, check] = ["retention", "rollup-check"].map((name) =>
      schedules.find(({ schedule }) => schedule === name),
    );
    expect(retention).toMatchObject({ lastSuccessAt: new Date("2026-01-01T00:00:05Z"), failed: true });
    expect(retention?.overdueSeconds).toBeGreaterThanOrEqual(3600);
    expect(check).toMatchObject({ lastSuccessAt: null, failed: false, overdueSeconds: 0 });
  });
});

/** A policy in force for a model, and the ages in days of its certificates; revoked ones as negative. */
async function certify(database: Database, policy: string, ages: readonly number[]): Promise<void> {
  const { id: policyId } = await createPolicy(database, {
    name: policy,
    level: "image",
    thresholds: parsePolicy("p_low=0.22,entropy_max=1.5,alpha=0.5"),
    pLowScale: "raw",
  });
  const { rows } = await database.pool.query<{ id: number }>(
    "insert into model (name, kind, alphas) values ($1 || '-net', 'external', '{0.5}') returning id",
    [policy],
  );
  const scope = [policyId, rows[0]?.id];
  await database.pool.query("insert into policy_activation (policy_id, model_id) values ($1, $2)", scope);
  for (const age of ages)
    await database.pool.query(
      `insert into certificate (policy_id, model_id, dataset, result, claims, confidence, delta, method, candidates,
         sampling, units, positives, patients, patients_unknown, earlier_tests, needed, fingerprint, created_at, revoked_at)
       values ($1, $2, 'archive', 'certified', '[]', 0.95, 0.05, 'holm', 1, 'all', 1, 0, 1, false, 0, '[]',
               repeat('0', 64), now() - abs($3::int) * interval '1 day', case when $3::int < 0 then now() end)`,
      [...scope, age],
    );
}

describe("the state of policies", () => {
  const DAY = 86_400;

  it.each([
    { case: "none", ages: [], days: null },
    { case: "one", ages: [3], days: 3 },
    { case: "the youngest of several", ages: [9, 2, 5], days: 2 },
    { case: "one that was not revoked", ages: [-1, 7], days: 7 },
    { case: "none but a revoked one", ages: [-1], days: null },
  ])("has the age of what certifies one in force: $case", async ({ ages, days }) => {
    await using database = await createTestDatabase();
    await certify(database, "screening", ages);
    const { policies } = await readArchiveState(database);
    expect(policies).toMatchObject([{ model: "screening-net", policy: "screening" }]);
    const age = policies[0]?.certificateAgeSeconds ?? null;
    // To the day: the reading is taken moments after the rows were written.
    expect(age === null ? null : Math.floor(age / DAY)).toBe(days);
  });

  it("leaves out a certificate that drift ended, and counts datasets whose last check was an alarm", async () => {
    await using database = await createTestDatabase();
    await certify(database, "screening", [4]);
    await database.pool.query(`
      insert into drift_check (model_id, reference_dataset, reference_filter, reference_images, reference_fingerprint,
        current_dataset, current_filter, current_images, current_fingerprint, shared_images, rule, measures, alarm)
      select model.id, 'archive', '{}', 1, '', dataset, '{}', 1, '', 0, '{}', '[]', alarm
      from model, (values ('better', true), ('better', false), ('worse', false), ('worse', true)) as checked (dataset, alarm);
      insert into certificate_expiry (certificate_id, drift_check_id, reason)
      select certificate.id, (select max(id) from drift_check), 'other images' from certificate`);
    const { policies, drift } = await readArchiveState(database);
    expect(policies).toEqual([{ model: "screening-net", policy: "screening", certificateAgeSeconds: null }]);
    expect(drift).toEqual([{ model: "screening-net", datasets: 1 }]);
  });
});

describe("the state of the queues", () => {
  it("is read of every queue that core/jobs defines", () => {
    const defined = Object.values(jobs).flatMap((job) => (typeof job === "object" ? [job.queue] : []));
    expect(new Set(MONITORED_QUEUES.map(({ queue }) => queue))).toEqual(new Set(defined));
  });

  it("counts jobs by state and waiting ones by priority", async () => {
    await using database = await createTestDatabase();
    await using queues = await openQueues({ kind: "postgres", url: database.url });
    const payloads = (count: number) =>
      Array.from({ length: count }, (_, ordinal) => ({ runId: randomUUID(), ordinal }));
    await queues.enqueue(jobs.scoreShard, payloads(1), { priority: "urgent" });
    await queues.enqueue(jobs.scoreShard, payloads(2));
    await queues.enqueue(jobs.scoreShard, payloads(3), { priority: "off-peak" });
    const states = await readQueueState(queues);
    expect(states.find(({ queue }) => queue === "score-shard")).toEqual({
      queue: "score-shard",
      counts: { waiting: 6, active: 0, delayed: 0, failed: 0 },
      waiting: { urgent: 1, normal: 2, "off-peak": 3 },
    });
    expect(states.find(({ queue }) => queue === "plan-run")?.counts.waiting).toBe(0);
  });
});
