import { listRetrainings } from "@hairline/core/retraining";
import { listSchedules, runScheduleNow, setSchedule } from "@hairline/core/schedules";
import { expect, it } from "vitest";
import { loadConfig } from "../src/config.ts";
import { startScheduler } from "../src/scheduler.ts";
import { openBackend } from "./backend.ts";

const PATIENCE = { timeout: 60_000, interval: 50 };

it(
  "trains a challenger when a schedule fires and enough labels have come",
  { timeout: 120_000 },
  async () => {
    await using backend = await openBackend("postgres");
    const { database, queues, log } = backend;
    await database.pool.query(`
    insert into model (name, kind, architecture, weights_sha256, preprocessing, preprocessing_fingerprint, input_size, alphas)
    values ('champion', 'resnet', 'resnet18', decode(repeat('ab', 32), 'hex'), '{}', 'p', 224, '{0.5}');
    insert into promotion (action, model_id) values ('promoted', 1)`);
    // A transaction of its own: labels that came with the champion are not new.
    await database.pool.query(`
    insert into dataset (name, root, layout) values ('nightly', '', 'external');
    insert into study (dataset_id, study_key) select id, n::text from dataset, generate_series(1, 3) as n where name = 'nightly';
    insert into image (dataset_id, study_id, object_key, label, split)
    select dataset_id, id, study_key || '.png', 1, (array['train', 'valid', 'certify'])[study_key::int] from study`);
    await setSchedule(database, {
      name: "retraining",
      cron: "0 1 * * *",
      timeZone: "UTC",
      task: "retraining",
      payload: {
        dataset: "nightly",
        minNewLabels: 3,
        trainingSplits: ["train"],
        validationSplits: ["valid"],
        certificationSplits: ["certify"],
      },
      enabled: true,
    });
    const config = loadConfig({ DATABASE_URL: database.url, HAIRLINE_TIMER_INTERVAL_MS: "50" });
    const scheduler = await startScheduler(config, log);
    await runScheduleNow({ database, queues }, "retraining");
    await expect
      .poll(async () => (await listRetrainings(database)).map(({ state }) => state), PATIENCE)
      .toEqual(["training"]);
    await expect
      .poll(async () => (await listSchedules(database)).find(({ name }) => name === "retraining"), PATIENCE)
      .toMatchObject({ lastState: "completed", lastResult: { retrainingId: 1, newLabels: 3, reason: null } });
    await scheduler.close({ drainMs: 1_000 });
  },
);
