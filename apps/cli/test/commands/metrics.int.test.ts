import { expect, test } from "vitest";
import { registerLocalisation } from "../../src/commands/localisation.ts";
import { registerMetrics } from "../../src/commands/metrics.ts";
import { registerPredictions } from "../../src/commands/predictions.ts";
import { openBench } from "./bench.ts";

const ROWS = [
  "image,label,study,body_part,probability,entropy",
  "a.png,1,s1,wrist,0.75,1",
  "b.png,1,s1,wrist,0.25,1",
  "c.png,0,s2,wrist,0.1,1",
  "d.png,1,s3,hand,0.9,3",
];
const POLICY = ["--policy", "p_low=0.5,entropy_max=2"];

async function openScored() {
  const bench = await openBench(registerPredictions, registerMetrics, registerLocalisation);
  await bench.hairline("predictions", "import", await bench.saveCsv("few.csv", ROWS), "--model", "lab");
  return bench;
}

test("measures images overall and by slice, with what is undefined and why", async () => {
  await using bench = await openScored();
  const { stdout } = await bench.hairline("metrics", ...POLICY, "--by", "body_part", "--replicates", "50");
  expect(stdout).toMatch(/^4 scored images of few, model lab, policy p_low=0\.5,/);
  expect(stdout).toMatch(/ wrist +3 +2 +1\.000 /);
  // Wrist decides all three: one of two fractures found.
  expect(stdout).toMatch(/ wrist +1\.000 \(0\.\d+ to 1\.000\) +0\.500 /);
  expect(stdout).toContain("hand: what needs both classes is undefined, everything labelled is a fracture");
});

test("measures studies, without a policy the probability alone", async () => {
  await using bench = await openScored();
  const { stdout } = await bench.hairline("metrics", "--level", "study", "--rule", "mean", "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    dataset: "few",
    level: "study",
    policy: null,
    overall: { rows: 3, labelled: 3, auroc: { estimate: 1 }, decisions: null },
    slices: [],
  });
  const { stdout: sliced } = await bench.hairline(
    "metrics",
    ...POLICY,
    "--level",
    "study",
    "--by",
    "split",
    "--json",
  );
  expect(JSON.parse(sliced)).toMatchObject({
    overall: { decisions: { counts: { tp: 1, fp: 0, tn: 1, fn: 0, inconclusive: 1 } } },
    slices: [{ value: null, measures: { rows: 3 } }],
  });
});

test("writes one CSV line for each slice and measure", async () => {
  await using bench = await openScored();
  const lines = (await bench.hairline("metrics", ...POLICY, "--by", "body_part", "--csv")).stdout.split("\n");
  expect(lines).toContain("all,inconclusive,1,,,,,,,,");
  expect(lines.find((line) => line.startsWith("wrist,sensitivity,"))).toMatch(
    /^wrist,sensitivity,0\.5,[^,]*,[^,]*,1,2,0\./,
  );
  expect(lines.filter((line) => line.startsWith("hand,auroc,"))).toEqual(["hand,auroc,,,,,,,,,"]);
});

test("says that nothing can be told of where maps point without boxes", async () => {
  await using bench = await openScored();
  const { stdout } = await bench.hairline("localisation", ...POLICY);
  expect(stdout).toContain("Cannot tell: no scored image has lesion boxes.");
});

test.each([
  [["metrics", "--level", "study", "--by", "view"], { code: "BAD_ARGUMENT", field: "--by" }],
  [["metrics", "--by", "colour"], { code: "commander.invalidArgument" }],
  [["metrics", "--policy", "p_low=0.5"], { code: "BAD_THRESHOLD", field: "entropy_max" }],
  [["localisation", ...POLICY, "--alpha", "2"], { code: "BAD_THRESHOLD", field: "alpha" }],
])("refuses %j", async (args, error) => {
  await using bench = await openScored();
  await expect(bench.hairline(...args)).rejects.toMatchObject(error);
});
