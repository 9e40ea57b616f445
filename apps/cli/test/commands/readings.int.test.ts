import { camStatistics } from "@hairline/core/explain";
import { rocAuc } from "@hairline/core/selective";
import { evaluatePolicies, triageMetrics, type LabelledFacts, type Policy } from "@hairline/core/triage";
import { expect, test } from "vitest";
import { registerPredictions } from "../../src/commands/predictions.ts";
import { registerSweep } from "../../src/commands/sweep.ts";
import { registerTriage } from "../../src/commands/triage.ts";
import { openBench as openCommands, type Bench } from "./bench.ts";

const openBench = (): Promise<Bench> => openCommands(registerPredictions, registerTriage, registerSweep);

/** Park and Miller's generator: the same images in every run. */
function* randomNumbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (state * 48_271) % 2_147_483_647;
    yield state / 2_147_483_647;
  }
}

const ALPHAS = [0.3, 0.4, 0.5, 0.6, 0.7];

interface ScoredRow {
  readonly line: string;
  readonly facts: LabelledFacts;
}

/** Images with 7x7 CAMs of few distinct cells, and probabilities on hundredths, so that many tie with a threshold. */
function scoredRows(count: number): ScoredRow[] {
  const random = randomNumbers(7);
  const draw = (levels: number): number => Math.floor(random.next().value * levels);
  return Array.from({ length: count }, (_, index) => {
    const label = draw(2) as 0 | 1;
    const probability = draw(50) / 100;
    const background = draw(4);
    const cells = Array.from({ length: 49 }, () => (draw(12) === 0 ? draw(10) : background) / 8);
    const statistics = camStatistics(Float32Array.from(cells), ALPHAS);
    return {
      line: `image-${index}.png,${label},${index % 2 === 0 ? "wrist" : "hand"},${probability},${cells.join(";")}`,
      facts: { label, probability, ...statistics },
    };
  });
}

interface SweepDocument {
  readonly configCount: number;
  readonly rocAuc: number;
  readonly configs: readonly (Policy & Record<string, number | null>)[];
}

const HEADER = "image,label,body_part,probability,cam";

test("sweeps imported predictions exactly as a plain evaluation of each of 625 configs", async () => {
  await using bench = await openBench();
  const rows = scoredRows(400);
  await bench.hairline(
    "predictions",
    "import",
    await bench.saveCsv("lab.csv", [HEADER, ...rows.map(({ line }) => line)]),
    "--model",
    "lab",
  );
  const { stdout } = await bench.hairline("sweep", "--json");
  const swept = JSON.parse(stdout) as SweepDocument;
  const facts = rows.map((row) => row.facts);
  expect(swept.configCount).toBe(625);
  const policies = swept.configs.map(({ pLow, entropyMax, areaMax, alpha }) => ({
    pLow,
    entropyMax,
    areaMax,
    alpha,
  }));
  expect(new Set(policies.map((policy) => JSON.stringify(policy))).size).toBe(625);
  const expected = evaluatePolicies(facts, ALPHAS, policies).map((counts, index) => ({
    ...policies[index],
    ...counts,
    ...triageMetrics(counts),
  }));
  expect(swept.configs).toEqual(expected);
  // The grid decides something: no two of these are alike for every config.
  expect(new Set(expected.map(({ tp, fp }) => `${tp} ${fp}`)).size).toBeGreaterThan(50);
  expect(swept.rocAuc).toBe(
    rocAuc(
      facts.map(({ probability }) => probability),
      facts.map(({ label }) => label),
    ),
  );
});

const FEW = [
  HEADER,
  // Entropy 0 and one cell of four: localised. Flat: degenerate. Empty: missing.
  "a.png,1,wrist,0.9,0;0;0;4",
  "b.png,0,wrist,0.8,1;1;1;1",
  '"c,""d"".png",0,hand,0.1,',
  "e.png,,hand,0.7,0;0;0;1",
];

test("writes the chosen configs as CSV and as JSON, and only a summary as a table", async () => {
  await using bench = await openBench();
  await bench.hairline("predictions", "import", await bench.saveCsv("few.csv", FEW), "--model", "lab");
  const grid = ["--p-low", "0.2,0.95", "--entropy-max", "1", "--area-max", "none,0.25", "--alpha", "0.5"];
  const csv = (await bench.hairline("sweep", "few", ...grid, "--csv")).stdout.trimEnd().split("\n");
  expect(csv).toEqual([
    "p_low,entropy_max,area_max,alpha,tp,fp,tn,fn,inconclusive,coverage,inconclusive_rate,accuracy,precision,recall,f1,overall_accuracy",
    `0.2,1,none,0.5,1,0,1,0,1,${2 / 3},${1 / 3},1,1,1,1,${2 / 3}`,
    `0.2,1,0.25,0.5,1,0,1,0,1,${2 / 3},${1 / 3},1,1,1,1,${2 / 3}`,
    `0.95,1,none,0.5,0,0,2,1,0,1,0,${2 / 3},,0,0,${2 / 3}`,
    `0.95,1,0.25,0.5,0,0,2,1,0,1,0,${2 / 3},,0,0,${2 / 3}`,
  ]);
  const top = await bench.hairline("sweep", ...grid, "--json", "--top", "1", "--by", "f1");
  expect(JSON.parse(top.stdout)).toMatchObject({
    dataset: "few",
    model: "lab",
    configCount: 4,
    labelled: { positive: 1, negative: 2 },
    unlabelled: 1,
    rocAuc: 1,
    configs: [{ pLow: 0.2, areaMax: null, precision: 1 }],
  });
  const { stdout } = await bench.hairline("sweep");
  expect(stdout).toMatch(/^625 configs over 3 labelled images of few \(fractures: 1\) scored by lab, in /);
  expect(stdout).toContain("scored images without a label, left out: 1");
  expect(stdout.split("\n").length).toBeLessThan(35);
});

test("triages as a table, as JSON and image by image", async () => {
  await using bench = await openBench();
  await bench.hairline("predictions", "import", await bench.saveCsv("few.csv", FEW), "--model", "lab");
  const policy = ["--policy", "p_low=0.2,entropy_max=1,area_max=0.25,alpha=0.5"];
  const { stdout: csv } = await bench.hairline("triage", ...policy, "--csv");
  const margin = (p: number): number => Math.fround(p) - Math.fround(0.2);
  expect(csv.trimEnd().split("\n")).toEqual([
    "image,study,body_part,split,label,probability,entropy,area,degenerate,outcome,reason,threshold,margin",
    // Entropy 0 of 1 and p 0.9 of at least 0.2 have room left; the area is at its maximum.
    "a.png,a.png,wrist,,1,0.9,0,0.25,false,positive,localised,area_max,0",
    `b.png,b.png,wrist,,0,0.8,,,true,inconclusive,degenerate_cam,p_low,${margin(0.8)}`,
    `"c,""d"".png","c,""d"".png",hand,,0,0.1,,,false,negative,below_p_low,p_low,${margin(0.1)}`,
    "e.png,e.png,hand,,,0.7,0,0.25,false,positive,localised,area_max,0",
  ]);
  const { stdout: json } = await bench.hairline("triage", ...policy, "--json", "--body-part", "wrist");
  expect(JSON.parse(json)).toMatchObject({
    dataset: "few",
    policy: { pLow: 0.2, entropyMax: 1, areaMax: 0.25, alpha: 0.5 },
    overall: { images: 2, outcomes: { negative: 0, positive: 1, inconclusive: 1 } },
    bodyParts: [{ bodyPart: "wrist", counts: { tp: 1, fp: 0, tn: 0, fn: 0, inconclusive: 1 } }],
  });
  const { stdout: table } = await bench.hairline("triage", ...policy);
  expect(table).toMatch(/degenerate_cam +inconclusive +1/);
  expect(table).toContain("images without a label, in no metric: 1");
});

test("shows what an import rejected and ignored, and fails on it when strict", async () => {
  await using bench = await openBench();
  const path = await bench.saveCsv("broken.csv", ["image,p,colour", "a.png,0.5,red", "b.png,NaN,red"]);
  const { stdout, stderr } = await bench.hairline("predictions", "import", path, "--model", "lab");
  expect(stdout).toMatch(/3 +b\.png +ROW_INVALID +probability: expected a number from 0 to 1, not "NaN"/);
  expect(stderr).toContain("ignored: colour");
  expect(stderr).toContain("neither CAM nor entropy nor area, which pass no gate: 1");
  await expect(
    bench.hairline("predictions", "import", path, "--model", "lab", "--strict"),
  ).rejects.toMatchObject({ code: "ROW_INVALID", line: 3, field: "--strict" });
});

test.each([
  [["sweep", "--p-low", "0.3:0.1:0.1"], { code: "BAD_THRESHOLD", field: "p_low" }],
  [["triage", "--policy", "p_low=0.2"], { code: "BAD_THRESHOLD", field: "entropy_max" }],
  [["sweep", "none"], { code: "DATASET_NOT_FOUND" }],
  [["sweep", "--top", "0"], { code: "commander.invalidArgument" }],
  [["sweep", "--json", "--csv"], { code: "commander.conflictingOption" }],
  [["predictions", "import", "x.csv", "--model", "m", "--cam-shape", "7"], { code: "BAD_ARGUMENT" }],
])("refuses %j", async (args, error) => {
  await using bench = await openBench();
  await expect(bench.hairline(...args)).rejects.toMatchObject(error);
});
