import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { registerReport } from "../../src/commands/report.ts";
import { scoredArchive } from "../report/scored-archive.ts";
import { openBench } from "./bench.ts";

const POLICY = "p_low=0.22,entropy_max=1,area_max=none,alpha=0.5";

test("writes one file and says what is in it", async () => {
  await using bench = await openBench(registerReport);
  await scoredArchive(bench.database, bench.folder);
  const out = join(bench.folder, "report.html");
  const printed = await bench.hairline("report", "archive", "--policy", POLICY, "--out", out);
  expect(printed.stdout).toBe(`report of 6 scored images, 6 pictures: ${out}\n`);
  expect(printed.stderr).toBe("");
  const page = await readFile(out);

  const { stdout } = await bench.hairline("report", "--policy", POLICY, "--out", out, "--json");
  expect(JSON.parse(stdout)).toEqual({
    path: out,
    bytes: page.byteLength,
    images: 6,
    pictures: 6,
    factsSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });
  expect(await readFile(out)).toEqual(page);
});

test("plots the configs asked for", async () => {
  await using bench = await openBench(registerReport);
  await scoredArchive(bench.database, bench.folder);
  const out = join(bench.folder, "report.html");
  const grid = ["--p-low", "0.22", "--entropy-max", "none,1", "--area-max", "none", "--alpha", "0.5"];
  await bench.hairline("report", "--policy", POLICY, ...grid, "--out", out);
  expect(await readFile(out, "utf8")).toMatch(/2 configs, by\s/);
});

test.each([
  ["a policy that is none", ["archive", "--policy", "p_low=2"], "BAD_THRESHOLD"],
  ["a grid that is none", ["archive", "--policy", POLICY, "--p-low", "0.2:0.1:0.1"], "BAD_THRESHOLD"],
  ["a dataset that is not there", ["nowhere", "--policy", POLICY], "DATASET_NOT_FOUND"],
  ["a model that is not there", ["archive", "--policy", POLICY, "--model", "none"], "MODEL_NOT_FOUND"],
  ["no policy where none is in force", ["archive"], "POLICY_NOT_FOUND"],
  ["a stored policy that is not there", ["archive", "--policy", "night@3"], "POLICY_NOT_FOUND"],
])("refuses %s", async (_name, args, code) => {
  await using bench = await openBench(registerReport);
  await scoredArchive(bench.database, bench.folder);
  const out = join(bench.folder, "report.html");
  await expect(bench.hairline("report", ...args, "--out", out)).rejects.toMatchObject({ code });
  await expect(readFile(out)).rejects.toMatchObject({ code: "ENOENT" });
});

test("names the file that cannot be written", async () => {
  await using bench = await openBench(registerReport);
  await scoredArchive(bench.database, bench.folder);
  const taken = join(bench.folder, "folder");
  await mkdir(taken);
  await expect(bench.hairline("report", "--policy", POLICY, "--out", taken)).rejects.toMatchObject({
    code: "BAD_ARGUMENT",
    field: "--out",
    file: taken,
  });
});
