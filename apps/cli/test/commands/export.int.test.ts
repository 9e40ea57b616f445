import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { registerExport } from "../../src/commands/export.ts";
import { registerPredictions } from "../../src/commands/predictions.ts";
import { registerSweep } from "../../src/commands/sweep.ts";
import { openBench } from "./bench.ts";

const ROWS = [
  "image,label,study,patient,body_part,split,probability,entropy,area@0.5",
  "a.png,1,s1,p1,wrist,train,0.75,1,0.1",
  "b.png,1,s1,p1,wrist,train,0.25,1,0.1",
  '"c,""d"".png",,s2,,,,0.22,,',
];
const POLICY = ["--policy", "p_low=0.22,entropy_max=2"];

async function openScored() {
  const bench = await openBench(registerPredictions, registerExport, registerSweep);
  await bench.hairline("predictions", "import", await bench.saveCsv("few.csv", ROWS), "--model", "lab");
  return bench;
}

const readRows = async (path: string) => parquetReadObjects({ file: await asyncBufferFromFile(path) });

test("writes facts as typed Parquet that explains itself", async () => {
  await using bench = await openScored();
  const path = join(bench.folder, "facts.parquet");
  const { stdout } = await bench.hairline("export", "facts", "--parquet", path, "--json");
  expect(JSON.parse(stdout)).toEqual({ table: "facts", dataset: "few", file: path, rows: 3 });
  const rows = await readRows(path);
  expect(rows).toHaveLength(3);
  expect(rows[0]).toMatchObject({
    image: "a.png",
    study: "p1/s1",
    body_part: "wrist",
    split: "train",
    hardware: null,
    label: 1,
    study_label: 1,
    probability: 0.75,
    logit: null,
    degenerate: false,
    "area@0.5": Math.fround(0.1),
  });
  expect(rows[2]).toMatchObject({
    image: 'c,"d".png',
    label: null,
    probability: Math.fround(0.22),
    entropy: null,
  });
  // The two images of one patient have one number, and the third another.
  expect(rows[0]?.["patient_number"]).toBe(rows[1]?.["patient_number"]);
  expect(rows[0]?.["patient_number"]).not.toBe(rows[2]?.["patient_number"]);
  const metadata = await parquetMetadataAsync(await asyncBufferFromFile(path));
  const keys = Object.fromEntries(
    (metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? ""]),
  );
  expect(keys).toMatchObject({ "hairline.table": "facts", "hairline.dataset": "few" });
  expect(JSON.parse(keys["hairline.columns"] ?? "")).toHaveProperty("area@0.5");
  expect(metadata.schema.find(({ name }) => name === "probability")).toMatchObject({
    type: "FLOAT",
    repetition_type: "REQUIRED",
  });
  expect((await readdir(bench.folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
});

test("writes outcomes and studies under a policy, the same as Parquet and as CSV", async () => {
  await using bench = await openScored();
  for (const table of ["outcomes", "studies"]) {
    const path = join(bench.folder, `${table}.parquet`);
    await bench.hairline("export", table, ...POLICY, "--parquet", path);
    const { stdout } = await bench.hairline("export", table, ...POLICY, "--csv");
    const rows = await readRows(path);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toBe(Object.keys(rows[0] ?? {}).join(","));
    expect(lines).toHaveLength(rows.length + 1);
    expect(rows.map((row) => row["outcome"] ?? row["outcome_views"])).toEqual(
      table === "outcomes" ? ["positive", "positive", "inconclusive"] : ["positive", "inconclusive"],
    );
  }
});

test("splits many rows into groups and loses none", async () => {
  await using bench = await openScored();
  const path = join(bench.folder, "sweep.parquet");
  const grid = [
    "--p-low",
    "0:1:0.002",
    "--entropy-max",
    "0:1.5:0.01",
    "--area-max",
    "none",
    "--alpha",
    "0.5",
  ];
  // Of c.png nothing is known but p; it has no label, so the sweep is of a and b.
  await bench.hairline("sweep", ...grid, "--parquet", path);
  const metadata = await parquetMetadataAsync(await asyncBufferFromFile(path));
  expect(Number(metadata.num_rows)).toBe(501 * 151);
  expect(metadata.row_groups.map(({ num_rows: rows }) => Number(rows))).toEqual([50_000, 501 * 151 - 50_000]);
  const rows = await readRows(path);
  expect(rows[0]).toMatchObject({
    p_low: 0,
    entropy_max: 0,
    area_max: null,
    tp: 0,
    inconclusive: 2,
    accuracy: null,
  });
  expect(rows.at(-1)).toMatchObject({ p_low: 1, entropy_max: 1.5, fn: 2, coverage: 1, recall: 0 });
});

test("prints the dictionary of a table without a database", async () => {
  await using bench = await openBench(registerExport);
  const { stdout } = await bench.hairline("export", "studies", "--dictionary");
  expect(stdout).toMatch(/\| `probability_noisy_or` \| real \| 1 - product/);
  const { stdout: json } = await bench.hairline("export", "facts", "--dictionary", "--json");
  expect(JSON.parse(json)).toMatchObject({ name: "facts", columns: expect.any(Array) as unknown });
});

test("leaves no file behind when there is nothing to export", async () => {
  await using bench = await openScored();
  const path = join(bench.folder, "none.parquet");
  await expect(
    bench.hairline("export", "facts", "--split", "nowhere", "--parquet", path),
  ).rejects.toMatchObject({
    code: "NO_PREDICTIONS",
  });
  expect((await readdir(bench.folder)).filter((name) => name.includes("none"))).toEqual([]);
});

test.each([
  [["export", "facts"], { code: "BAD_ARGUMENT", field: "--parquet" }],
  [["export", "facts", "--csv", "--parquet", "x"], { code: "BAD_ARGUMENT", field: "--parquet" }],
  [["export", "facts", "--csv", ...POLICY], { code: "BAD_ARGUMENT", field: "--policy" }],
  [["export", "outcomes", "--csv"], { code: "BAD_ARGUMENT", field: "--policy" }],
  [["export", "facts", "--parquet", "/nowhere/at/all.parquet"], { code: "BAD_ARGUMENT", field: "--parquet" }],
  [["export", "masks", "--csv"], { code: "commander.invalidArgument" }],
  [["sweep", "--csv", "--parquet", "x"], { code: "commander.conflictingOption" }],
])("refuses %j", async (args, error) => {
  await using bench = await openScored();
  await expect(bench.hairline(...args)).rejects.toMatchObject(error);
});
