import { expect, test } from "vitest";
import { registerPredictions } from "../../src/commands/predictions.ts";
import { registerStudies } from "../../src/commands/studies.ts";
import { registerSweep } from "../../src/commands/sweep.ts";
import { openBench } from "./bench.ts";

// Study 1: one flagged view of two; its mean, 0.5, is below p_low 0.6. Study 2 is negative.
const ROWS = [
  "image,label,study,body_part,probability,entropy",
  "a.png,1,s1,XR_WRIST,0.75,1",
  "b.png,1,s1,XR_WRIST,0.25,1",
  "c.png,0,s2,XR_WRIST,0.1,1",
];
const POLICY = ["--policy", "p_low=0.6,entropy_max=2"];

async function openScored() {
  const bench = await openBench(registerPredictions, registerStudies, registerSweep);
  await bench.hairline("predictions", "import", await bench.saveCsv("few.csv", ROWS), "--model", "lab");
  return bench;
}

test("shows the rules and the kappas of body parts beside those of MURA", async () => {
  await using bench = await openScored();
  const { stdout } = await bench.hairline("studies", ...POLICY, "--replicates", "50");
  expect(stdout).toMatch(/^2 studies of few scored by lab, policy p_low=0\.6,/);
  expect(stdout).toMatch(/ views +1 +1 +0 +1\.000 /);
  expect(stdout).toMatch(/ mean +2 +0 +0 +1\.000 /);
  expect(stdout).toMatch(/ XR_WRIST +2 +1\.000 +1\.000 .*0\.931 +0\.791 to 0\.931/);
  expect(stdout).toContain("other studies than these");
});

test("writes one CSV line for each study, and JSON of the whole", async () => {
  await using bench = await openScored();
  const { stdout } = await bench.hairline("studies", ...POLICY, "--csv");
  expect(stdout.trimEnd().split("\n")).toEqual([
    "study,body_part,split,label,images,views,probability_mean,probability_max,probability_min,probability_noisy_or,outcome_views,outcome_mean,outcome_max,outcome_min,outcome_noisy_or",
    "s1,XR_WRIST,,1,2,2,0.5,0.75,0.25,0.8125,positive,negative,positive,negative,positive",
    "s2,XR_WRIST,,0,1,1,0.1,0.1,0.1,0.1,negative,negative,negative,negative,negative",
  ]);
  const { stdout: json } = await bench.hairline("studies", ...POLICY, "--json", "--rule", "mean");
  expect(JSON.parse(json)).toMatchObject({
    dataset: "few",
    studies: 2,
    kappaRule: "mean",
    bodyParts: [{ bodyPart: "XR_WRIST", forcedKappa: { estimate: 0 } }, { bodyPart: "overall" }],
  });
});

test("sweeps studies by a rule", async () => {
  await using bench = await openScored();
  const grid = ["--p-low", "0.4,0.6", "--entropy-max", "2", "--area-max", "none", "--alpha", "0.5"];
  const swept = async (...args: string[]) =>
    (await bench.hairline("sweep", ...grid, "--level", "study", ...args)).stdout;
  const counts = (csv: string): string[] =>
    csv
      .split("\n")
      .slice(1, 3)
      .map((line) => line.split(",").slice(4, 9).join());
  expect(counts(await swept("--csv"))).toEqual(["1,0,1,0,0", "1,0,1,0,0"]);
  // The mean of study 1 is 0.5.
  expect(counts(await swept("--csv", "--rule", "mean"))).toEqual(["1,0,1,0,0", "0,0,1,1,0"]);
  expect(await swept()).toMatch(/^2 configs over 2 labelled studies of few /);
});

test("refuses a rule that does not exist", async () => {
  await using bench = await openBench(registerStudies);
  await expect(bench.hairline("studies", ...POLICY, "--rule", "median")).rejects.toMatchObject({
    code: "commander.invalidArgument",
  });
});
