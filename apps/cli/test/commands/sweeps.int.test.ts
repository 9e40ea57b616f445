import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runSweep } from "@hairline/core/jobs";
import { openQueues } from "@hairline/core/queue";
import { expect, test } from "vitest";
import { registerPredictions } from "../../src/commands/predictions.ts";
import { registerRollup } from "../../src/commands/rollup.ts";
import { registerSweep } from "../../src/commands/sweep.ts";
import { registerSweeps } from "../../src/commands/sweeps.ts";
import { openBench, type Bench } from "./bench.ts";

const GRID = ["--p-low", "0.2,0.5", "--entropy-max", "none", "--area-max", "none", "--alpha", "0.5"];

interface SweepDocument {
  readonly sweepId: string;
  readonly reused: boolean;
  readonly source: string;
  readonly configs: readonly { readonly tp: number; readonly fn: number }[];
}

/** Four fractures, by rising probability. */
async function scored(): Promise<Bench> {
  const bench = await openBench(registerPredictions, registerSweep, registerSweeps, registerRollup);
  const csv = await bench.saveCsv("lab.csv", [
    "image,label,body_part,probability",
    "a.png,1,wrist,0.1",
    "b.png,1,wrist,0.3",
    "c.png,1,hand,0.6",
    "d.png,1,hand,0.9",
  ]);
  await bench.hairline("predictions", "import", csv, "--model", "lab");
  return bench;
}

async function swept(bench: Bench, ...args: string[]): Promise<SweepDocument> {
  return JSON.parse((await bench.hairline("sweep", ...GRID, "--json", ...args)).stdout) as SweepDocument;
}

test("evaluates a sweep once while nothing changes, again when something did or it is told to", async () => {
  await using bench = await scored();
  const first = await swept(bench);
  expect(first).toMatchObject({
    reused: false,
    source: "rollup",
    configs: [
      { tp: 3, fn: 1 },
      { tp: 2, fn: 2 },
    ],
  });
  expect(await swept(bench)).toMatchObject({ sweepId: first.sweepId, reused: true, configs: first.configs });
  expect((await bench.hairline("sweep", ...GRID)).stdout).toMatch(/scored by lab, as evaluated at 2/);
  const fresh = await swept(bench, "--fresh");
  expect(fresh).toMatchObject({ reused: false, configs: first.configs });
  await bench.database.pool.query("update image set label = 0 where object_key = 'd.png'");
  expect(await swept(bench)).toMatchObject({
    reused: false,
    configs: [
      { tp: 2, fn: 1 },
      { tp: 1, fn: 2 },
    ],
  });
});

test("lists, shows and cancels stored sweeps", async () => {
  await using bench = await scored();
  const { sweepId } = await swept(bench);
  const list = (await bench.hairline("sweeps")).stdout;
  expect(list).toMatch(new RegExp(`${sweepId} +lab +lab +image +2 +completed +rollup`));
  const [listed] = JSON.parse((await bench.hairline("sweeps", "--json")).stdout) as Record<string, unknown>[];
  expect(listed).toMatchObject({ sweepId, dataset: "lab", configCount: 2, state: "completed" });
  expect(listed).not.toHaveProperty("datasetId");
  const shown = JSON.parse(
    (await bench.hairline("sweeps", "show", sweepId, "--json")).stdout,
  ) as SweepDocument;
  expect(shown).toMatchObject({ sweepId, configs: [{ tp: 3 }, { tp: 2 }] });
  expect((await bench.hairline("sweeps", "show", sweepId)).stdout).toMatch(
    /2 configs over 4 labelled images of lab/,
  );
  expect(
    (await bench.hairline("sweeps", "show", sweepId, "--csv", "--top", "1")).stdout.split("\n"),
  ).toHaveLength(3);
  expect((await bench.hairline("sweeps", "cancel", sweepId)).stdout).toBe(
    `sweep ${sweepId} had ended already: it is completed\n`,
  );
});

test("leaves a sweep to the scheduler, as a job that carries its id", async () => {
  await using bench = await scored();
  const requested = JSON.parse(
    (await bench.hairline("sweep", ...GRID, "--queue", "--json")).stdout,
  ) as SweepDocument;
  expect(requested).toMatchObject({ state: "queued" });
  await using queues = await openQueues({ kind: "postgres", url: bench.database.url });
  const payload = await new Promise((resolve) => {
    queues.work(runSweep, async (given) => resolve(given));
  });
  expect(payload).toEqual({ sweepId: requested.sweepId });
  await expect(bench.hairline("sweeps", "show", requested.sweepId)).rejects.toMatchObject({
    code: "BAD_ARGUMENT",
  });
  expect((await bench.hairline("sweeps", "cancel", requested.sweepId)).stdout).toMatch(/is cancelled/);
  await expect(bench.hairline("sweeps", "show", requested.sweepId)).rejects.toMatchObject({
    code: "INTERRUPTED",
  });
});

test("sweeps only the images that the options name", async () => {
  await using bench = await scored();
  const keys = join(bench.folder, "keys.txt");
  await writeFile(keys, "b.png\r\nd.png\n");
  await bench.database.pool.query(
    "update image set imported_at = '2026-01-01', hardware = object_key = 'c.png'",
  );
  await bench.database.pool.query("update image set imported_at = '2026-01-02' where object_key < 'c'");
  const positives = async (...args: string[]) => (await swept(bench, ...args)).configs[0]?.tp;
  expect(await positives("--object-keys", keys)).toBe(2);
  expect(await positives("--image-ids", "3,4")).toBe(2);
  expect(await positives("--hardware", "yes")).toBe(1);
  expect(await positives("--hardware", "no", "--body-part", "hand")).toBe(1);
  expect(await positives("--imported-before", "2026-01-02")).toBe(2);
  expect(await positives("--imported-from", "2026-01-01T23:30:00-00:30")).toBe(1);
});

test.for([
  [["sweep", "--image-ids", "1,x"], { code: "commander.invalidArgument" }],
  [["sweep", "--imported-from", "yesterday"], { code: "commander.invalidArgument" }],
  [["sweep", "--imported-from", "2026-02-30T00:00"], { code: "commander.invalidArgument" }],
  [["sweep", "--run", "last"], { code: "commander.invalidArgument" }],
  [["sweep", "--object-keys", "/nowhere"], { code: "BAD_ARGUMENT", field: "--object-keys" }],
  [["sweep", "--level", "study", "--labels", "image"], { code: "BAD_ARGUMENT", field: "label-source" }],
  [["sweep", "--queue", "--csv"], { code: "commander.conflictingOption" }],
  [["sweeps", "show", "none"], { code: "SWEEP_NOT_FOUND" }],
  [["rollup", "check", "none"], { code: "DATASET_NOT_FOUND" }],
] as const)("refuses %j", async ([args, failure]) => {
  await using bench = await scored();
  await expect(bench.hairline(...args)).rejects.toMatchObject(failure);
});

test("stores a sweep that cannot be evaluated as failed", async () => {
  await using bench = await scored();
  const gated = ["sweep", "--p-low", "0.2", "--entropy-max", "2", "--area-max", "none", "--alpha", "0.5"];
  await expect(bench.hairline(...gated)).rejects.toMatchObject({ code: "FACTS_MISSING" });
  const { rows } = await bench.database.pool.query("select state, error_code from sweep");
  expect(rows).toEqual([{ state: "failed", error_code: "FACTS_MISSING" }]);
});

test("checks and rebuilds the rollup", async () => {
  await using bench = await scored();
  const { stdout, stderr } = await bench.hairline("rollup", "check");
  expect(stdout).toBe("4 labelled predictions of lab by lab: the rollup holds the same counts\n");
  expect(stderr).toMatch(/changes that wait/);
  await bench.hairline("rollup", "rebuild");
  await bench.database.pool.query("update rollup_cells set positive = negative");
  await expect(bench.hairline("rollup", "check")).rejects.toMatchObject({ code: "ROLLUP_WRONG" });
  const rebuilt = JSON.parse((await bench.hairline("rollup", "rebuild", "--json")).stdout) as object;
  expect(rebuilt).toEqual({
    dataset: "lab",
    model: "lab",
    labelled: 4,
    pending: 0,
    wrongCells: 0,
    otherGrid: false,
  });
});
