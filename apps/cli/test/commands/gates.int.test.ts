import { expect, test } from "vitest";
import { registerGates } from "../../src/commands/gates.ts";
import { registerPredictions } from "../../src/commands/predictions.ts";
import { openBench } from "./bench.ts";

// At p_low 0.2 four are flagged; the two errors have the lowest entropies.
const ROWS = [
  "image,label,patient,probability,entropy,area@0.5",
  "a.png,0,p1,0.9,1,0.1",
  "b.png,1,p1,0.8,3,0.2",
  "c.png,1,p2,0.7,3.5,0.3",
  "d.png,0,p3,0.6,2,0.4",
  "e.png,0,p4,0.1,2,0.4",
];

async function openScored() {
  const bench = await openBench(registerPredictions, registerGates);
  await bench.hairline("predictions", "import", await bench.saveCsv("few.csv", ROWS), "--model", "lab");
  return bench;
}

test("shows each gate beside the probability, with a verdict in words", async () => {
  await using bench = await openScored();
  const { stdout } = await bench.hairline("gates", "few", "--replicates", "50");
  expect(stdout).toMatch(
    /^few scored by lab: 4 of 5 labelled images are flagged \(p >= 0\.22\), 2 of them fractures, of 3 /,
  );
  expect(stdout).toMatch(/entropy:inverted +0\.125 +-0\.125 .* 4 +entropy >= 1 +2 +2\.0 /);
  expect(stdout).toMatch(/degenerate +Never acts/);
});

test("finds the thresholds of one gate at a coverage, as JSON", async () => {
  await using bench = await openScored();
  const { stdout } = await bench.hairline(
    "gates",
    "--gate",
    "entropy:inverted,area:two-sided",
    "--coverage",
    "0.5",
    "--json",
  );
  const report = JSON.parse(stdout) as { gates: unknown[] };
  expect(report).toMatchObject({
    dataset: "few",
    model: "lab",
    flagged: 4,
    settings: { coverage: 0.5, seed: 1 },
  });
  expect(report.gates).toMatchObject([
    { gate: "entropy:inverted", operatingPoint: { kept: 2, errors: 0, bounds: [{ min: 3, max: null }] } },
    { gate: "area@0.5:two-sided", operatingPoint: { kept: 2, bounds: [{ min: 0.2, max: 0.3 }] } },
  ]);
});

test("writes one CSV line for each gate, the policy's first", async () => {
  await using bench = await openScored();
  const policy = "p_low=0.2,entropy_max=2.5";
  const { stdout } = await bench.hairline("gates", "--policy", policy, "--gate", "entropy", "--csv");
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatch(/^policy,4,0\.375,.*,2,0\.5,entropy <= 2\.5,2,1,0\.5,/);
  expect(lines[2]).toMatch(/^entropy,.*,2,0\.5,entropy <= 2,2,1,0\.5,/);
});

test.each([
  [["--gate", "entropy:up"], { code: "BAD_ARGUMENT", field: "gate" }],
  [["--p-low", "x"], { code: "BAD_THRESHOLD", field: "p_low" }],
  [["--coverage", "0"], { code: "commander.invalidArgument" }],
  [["--replicates", "0"], { code: "commander.invalidArgument" }],
  [["--policy", "p_low=0.2,entropy_max=1", "--coverage", "0.5"], { code: "commander.conflictingOption" }],
])("refuses %j", async (args, error) => {
  await using bench = await openBench(registerGates);
  await expect(bench.hairline("gates", ...args)).rejects.toMatchObject(error);
});
