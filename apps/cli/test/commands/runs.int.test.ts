import { createTestDatabase, temporaryFolder } from "@hairline/core/testing";
import { openRun } from "@hairline/core/runs";
import { expect, test } from "vitest";
import { CliProcess } from "../cli-process.ts";

test("steers a run from its planning to its cancellation", { timeout: 120_000 }, async () => {
  await using database = await createTestDatabase();
  await using folder = await temporaryFolder();
  const hairline = (...args: string[]) =>
    new CliProcess(folder.path, args, { DATABASE_URL: database.url }).finished();
  const { rows } = await database.pool.query<{ dataset: number; model: number }>(
    `with dataset as (insert into dataset (name, root, layout) values ('d', '/archive', 'folder') returning id),
     model as (insert into model (name, kind, alphas) values ('m', 'external', '{}') returning id)
     select dataset.id as dataset, model.id as model from dataset, model`,
  );
  const { dataset: datasetId = 0, model: modelId = 0 } = rows[0] ?? {};
  const { runId } = await openRun({ database, datasetId, modelId });

  const paused = await hairline("runs", "pause", runId);
  expect(paused.stdout).toContain(`run ${runId} is paused, priority normal`);
  const listed = await hairline("runs");
  expect(listed.stdout).toMatch(new RegExp(`${runId} .*paused`));
  const urgent = await hairline("runs", "priority", runId, "urgent", "--json");
  expect(JSON.parse(urgent.stdout)).toMatchObject({ priority: "urgent", state: "planning" });
  const cancelled = await hairline("runs", "cancel", runId, "--json");
  expect(JSON.parse(cancelled.stdout)).toMatchObject({ state: "cancelled", planned: 0, notScored: 0 });
  const ended = await hairline("runs", "resume", runId);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain("error RUN_ENDED");
});
