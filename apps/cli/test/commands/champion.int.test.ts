import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promoteModel } from "@hairline/core/champions";
import { openRun } from "@hairline/core/runs";
import { expect, test } from "vitest";
import { registerChampion } from "../../src/commands/champion.ts";
import { registerForecast } from "../../src/commands/forecast.ts";
import { registerPolicy } from "../../src/commands/policy.ts";
import { registerPredictions } from "../../src/commands/predictions.ts";
import { resolveScorer } from "../../src/selection.ts";
import { openBench } from "./bench.ts";

/** 400 patients, every other one with a fracture; each model misses 16, of which `shifted` are others. */
function rows(shifted: number): string[] {
  return Array.from({ length: 400 }, (_, at) => {
    const label = at % 2 === 0 ? 1 : 0;
    const missed = label === 1 && at >= 2 * shifted && at < 2 * shifted + 32;
    const probability = ((label === 1) === missed ? 0.2 : 0.7) + (at % 9) / 100;
    return `${at}.png,${label},p${at},test,${at % 4 < 2 ? "hand" : "wrist"},${probability},1`;
  });
}

async function openScored() {
  const bench = await openBench(registerPredictions, registerPolicy, registerChampion, registerForecast);
  const header = "image,label,patient,split,body_part,probability,entropy";
  const csv = (name: string, shifted: number) => bench.saveCsv(name, [header, ...rows(shifted)]);
  const [old, young] = [await csv("lab.csv", 0), await csv("young.csv", 1)];
  await bench.hairline("predictions", "import", old, "--model", "old", "--dataset", "lab");
  await bench.hairline("predictions", "import", young, "--model", "young", "--dataset", "lab");
  await bench.hairline("policy", "create", "half", "p_low=0.5,entropy_max=none");
  await bench.hairline("policy", "activate", "half", "--model", "old");
  return bench;
}

const COMPARE = ["champion", "compare", "old", "young", "--dataset", "lab", "--split", "test"];

test("compares, promotes and rolls back, telling what it goes by", async () => {
  await using bench = await openScored();
  expect((await bench.hairline("champion", "show")).stdout).toBe("no champion is set\n");
  await bench.hairline("champion", "promote", "old", "--dataset", "lab", "--author", "ann");
  const compared = await bench.hairline(...COMPARE, "--replicates", "200");
  expect(compared.stdout).toMatch(
    /400 labelled images \(fractures: 200\) of 400 patients of lab, split test/,
  );
  expect(compared.stdout).toMatch(/sensitivity +0\.920 +0\.920 +0\.000/);
  expect(compared.stdout).toMatch(/2 of 400 images flip/);
  expect(compared.stdout).toMatch(/comparison 1: the rule lets young take the place of old/);
  const promoted = await bench.hairline("champion", "promote", "young", "--dataset", "lab");
  expect(promoted.stdout).toBe("young is the champion for lab\n");
  expect((await bench.hairline("champion", "rollback", "--dataset", "lab", "--note", "x")).stdout).toBe(
    "old is the champion for lab\n",
  );
  const history = await bench.hairline("champion", "history");
  expect(history.stdout).toMatch(
    /rolled back +old[^\n]*\n[^\n]*promoted +young +half@1 +1[^\n]*\n[^\n]*promoted +old/,
  );
  const shown = JSON.parse((await bench.hairline("champion", "show", "--json")).stdout) as unknown;
  expect(shown).toMatchObject([{ dataset: "lab", model: "old" }]);
  expect((await bench.hairline("champion", "comparisons")).stdout).toMatch(
    /1 +old +young +lab, split test +400 +promote/,
  );
  expect((await bench.hairline("champion", "comparisons", "1")).stdout).toBe(compared.stdout);
});

test("prints the flips as CSV and everything as JSON", async () => {
  await using bench = await openScored();
  const csv = await bench.hairline(...COMPARE, "--replicates", "50", "--csv");
  expect(csv.stdout.split("\n").slice(0, 2)).toEqual([
    "key,body_part,label,champion_outcome,champion_probability,challenger_outcome,challenger_probability",
    expect.stringMatching(/^0\.png,hand,1,negative,0\.2\d*,positive,0\.7\d*$/),
  ]);
  const rule = join(bench.folder, "rule.json");
  await writeFile(rule, JSON.stringify({ sensitivityMargin: 0 }));
  const { stdout } = await bench.hairline(...COMPARE, "--replicates", "50", "--rule", rule, "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    id: 2,
    promote: false,
    rule: { sensitivityMargin: 0, augrcMargin: 0.005 },
    flipped: [{ key: "0.png" }, { key: "32.png" }],
  });
});

test("refuses promotions that are not carried, and options that do not go together", async () => {
  await using bench = await openScored();
  await bench.hairline("champion", "promote", "old", "--dataset", "lab");
  const promote =
    (...args: string[]) =>
    () =>
      bench.hairline("champion", "promote", "young", "--dataset", "lab", ...args);
  await expect(promote()()).rejects.toMatchObject({ code: "COMPARISON_NOT_FOUND" });
  await expect(promote("--force")()).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
  await expect(promote("--reason", "x")()).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
  const rule = join(bench.folder, "rule.json");
  await writeFile(rule, "{");
  await expect(bench.hairline(...COMPARE, "--rule", rule)).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
  expect((await promote("--force", "--reason", "a trial")()).stdout).toMatch(/^young is/);
});

test("makes the challenger a certified policy as the champion's was made", async () => {
  await using bench = await openScored();
  await bench.hairline(
    "policy",
    "certify",
    "half",
    "--dataset",
    "lab",
    "--model",
    "old",
    "--sensitivity",
    "0.8",
  );
  const without = await bench.hairline(...COMPARE, "--replicates", "50");
  expect(without.stdout).toMatch(/NO +the challenger's policy is not certified/);
  const certified = await bench.hairline(...COMPARE, "--replicates", "50", "--certify");
  expect(certified.stderr).toMatch(/half@1 is certified/);
  expect(certified.stdout).toMatch(/yes +the challenger's policy is certified/);
});

test("scores with the champion, while runs that are open keep their model", async () => {
  await using bench = await openScored();
  const { database } = bench;
  await database.pool.query(
    `update model set kind = 'resnet', architecture = 'resnet18', weights_sha256 = convert_to(name, 'UTF8'),
       preprocessing_fingerprint = 'p', input_size = 224`,
  );
  await expect(resolveScorer(database, { dataset: "lab" })).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
  await promoteModel({ database, model: "old", dataset: null });
  const before = await resolveScorer(database, { dataset: "lab" });
  expect(before).toMatchObject({ name: "old", champion: true });
  const datasets = await database.pool.query<{ id: number }>("select id from dataset");
  const datasetId = datasets.rows[0]!.id;
  const open = await openRun({ database, datasetId, modelId: before.id });

  await promoteModel({ database, model: "young", dataset: "lab", force: "first of its own" });
  const after = await resolveScorer(database, { dataset: "lab" });
  expect(after).toMatchObject({ name: "young", champion: true });
  expect((await bench.hairline("forecast", "lab")).stdout).toMatch(/to score with young/);
  expect(await resolveScorer(database, { dataset: "lab", model: "old" })).toMatchObject({ name: "old" });
  // The next run is another one; the open one scores on with what it was opened with.
  const next = await openRun({ database, datasetId, modelId: after.id });
  expect(next).toMatchObject({ resumed: false });
  const runs = await database.pool.query("select model_id, state from run where id = $1", [open.runId]);
  expect(runs.rows).toEqual([{ model_id: before.id, state: "planning" }]);
  expect(await openRun({ database, datasetId, modelId: before.id })).toEqual({
    runId: open.runId,
    resumed: true,
  });
});

test("lists what became of retrainings", async () => {
  await using bench = await openScored();
  await bench.database.pool.query(
    `insert into retraining (dataset, settings, champion_id, challenger_id, new_labels, state, decision, reasons,
                             error_code, error_message, finished_at)
     values ('lab', '{}', 1, 2, 300, 'completed', 'kept', '{it finds less}', null, null, now()),
            ('lab', '{}', 1, null, 301, 'failed', null, '{}', 'TRAINING_FAILED', 'out of memory', now())`,
  );
  const { stdout } = await bench.hairline("champion", "retrainings");
  expect(stdout).toMatch(/ 2 +lab +old +– +301 +failed [^\n]*TRAINING_FAILED: out of memory/);
  expect(stdout).toMatch(/ 1 +lab +old +young +300 +kept [^\n]*it finds less/);
  const json = JSON.parse((await bench.hairline("champion", "retrainings", "--json")).stdout) as unknown;
  expect(json).toMatchObject([
    { id: 2, state: "failed" },
    { id: 1, decision: "kept" },
  ]);
});

test("does not score with a champion whose scores are imported", async () => {
  await using bench = await openScored();
  await bench.hairline("champion", "promote", "old");
  await expect(resolveScorer(bench.database, { dataset: "lab" })).rejects.toMatchObject({
    code: "BAD_ARGUMENT",
    remedy: expect.stringContaining("predictions import") as string,
  });
});
