import { expect, test } from "vitest";
import { registerCalibrate } from "../../src/commands/calibrate.ts";
import { registerCalibration } from "../../src/commands/calibration.ts";
import { registerGates } from "../../src/commands/gates.ts";
import { registerPolicy } from "../../src/commands/policy.ts";
import { registerPredictions } from "../../src/commands/predictions.ts";
import { registerSweep } from "../../src/commands/sweep.ts";
import { registerTriage } from "../../src/commands/triage.ts";
import { openBench } from "./bench.ts";

/** Of each 20 images 10 score low and are 1 in 10 fractures, 10 score high and are 9 in 10; each is a patient. */
function rows(split: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => {
    const place = at % 20;
    const fracture = place === 0 || (place >= 10 && place < 19);
    const probability = (place < 10 ? 0.1 : 0.7) + (at % 7) / 100;
    return `${split}-${at}.png,${fracture ? 1 : 0},${split}-${at},${split},${at % 2 === 0 ? "hand" : "wrist"},${probability},1`;
  });
}

const HEADER = "image,label,patient,split,body_part,probability,entropy";

async function openScored() {
  const bench = await openBench(
    registerPredictions,
    registerTriage,
    registerSweep,
    registerGates,
    registerCalibrate,
    registerCalibration,
    registerPolicy,
  );
  const csv = await bench.saveCsv("lab.csv", [
    HEADER,
    ...rows("tune", 200),
    ...rows("test", 400),
    ...rows("few", 20),
  ]);
  await bench.hairline("predictions", "import", csv, "--model", "net");
  return bench;
}

const CHOOSE = [
  "policy",
  "choose",
  "--tune-split",
  "tune",
  "--certify-split",
  "test",
  "--entropy-max",
  "none",
];

test("calibrates, evaluates on another split, and triages on the calibrated scale", async () => {
  await using bench = await openScored();
  const fit = [
    "calibrate",
    "lab",
    "--method",
    "isotonic",
    "--split",
    "tune",
    "--name",
    "iso",
    "--author",
    "ann",
  ];
  expect((await bench.hairline(...fit)).stdout).toMatch(
    /^iso@1: isotonic, fit on 200 labelled images \(fractures: 100\) of lab, split tune/,
  );
  const json = JSON.parse((await bench.hairline(...fit, "--json")).stdout) as unknown;
  expect(json).toMatchObject({ name: "iso", version: 2, author: "ann", calibrator: { method: "isotonic" } });
  expect((await bench.hairline("calibrators")).stdout).toMatch(
    /iso@2 +isotonic +net +lab, split tune +200 +100/,
  );

  const evaluate = ["calibration", "--calibrator", "iso", "--replicates", "50", "--bins", "4"];
  const report = await bench.hairline(...evaluate, "--split", "test");
  expect(report.stdout).toMatch(
    /^lab scored by net: 400 labelled images \(fractures: 200\) of 400 patients or studies; calibrator iso@2/,
  );
  expect(report.stderr).toBe("");
  expect((await bench.hairline(...evaluate, "--split", "tune")).stderr).toMatch(
    /^warning: iso@2 was fit on lab, split tune.*200 patients/,
  );
  const evaluated = JSON.parse(
    (await bench.hairline(...evaluate, "--split", "test", "--json")).stdout,
  ) as unknown;
  expect(evaluated).toMatchObject({ calibrator: "iso@2", method: "isotonic", images: 400, warning: null });
  const bins = (await bench.hairline(...evaluate, "--split", "test", "--csv")).stdout.trimEnd().split("\n");
  expect(bins[0]).toBe(
    "stage,lowest,highest,count,positives,mean_probability,observed_rate,observed_lower,observed_upper",
  );
  expect(bins.filter((line) => line.startsWith("before"))).toHaveLength(4);

  const triage = ["triage", "--policy", "p_low=0.5,entropy_max=none", "--split", "few"];
  const raw = (await bench.hairline(...triage, "--csv")).stdout.split("\n");
  expect(raw[0]).toMatch(/,reason,threshold,margin$/);
  // 0.1 is 0.4 below p_low; float32 values, as they are compared.
  expect(raw[1]).toMatch(
    /^few-0\.png,few-0\.png,hand,few,1,0\.1,1,,false,negative,below_p_low,p_low,-0\.3999/,
  );
  const calibrated = (await bench.hairline(...triage, "--csv", "--calibrator", "iso")).stdout.split("\n");
  expect(calibrated[0]).toMatch(/,margin,calibrated_probability$/);
  const read = JSON.parse(
    (await bench.hairline(...triage, "--json", "--calibrator", "iso@1")).stdout,
  ) as unknown;
  expect(read).toMatchObject({
    policy: { pLow: 0.5 },
    policyName: null,
    pLowScale: "calibrated",
    calibrator: "iso@1",
    overall: { outcomes: { negative: 10, positive: 10 } },
  });
  const swept = JSON.parse(
    (
      await bench.hairline(
        "sweep",
        "--p-low",
        "0.5,1",
        "--area-max",
        "none",
        "--calibrator",
        "iso",
        "--top",
        "1",
        "--json",
      )
    ).stdout,
  ) as unknown;
  expect(swept).toMatchObject({ calibrator: "iso@2", grid: { pLow: [0.5, 1] }, configs: [{ pLow: 0.5 }] });
});

test("chooses and certifies a policy, then reads with it by name", async () => {
  await using bench = await openScored();
  const claims = [
    "--max-coverage",
    "--npv",
    "0.8",
    "--ppv",
    "0.8",
    "--confidence",
    "0.95",
    "--per",
    "body_part",
  ];
  const { stdout } = await bench.hairline(...CHOOSE, ...claims);
  expect(stdout).toMatch(/^net-lab@1: p_low=0\.\d+,entropy_max=none,area_max=none/);
  expect(stdout).toMatch(/all +npv +0\.8 +0\.900 +180 of 200 +0\.8\d\d +\S+ +certified/);
  expect(stdout).toMatch(/net-lab@1 is certified: with 95 % confidence all claims hold on images like these/);
  const chosen = JSON.parse(
    (await bench.hairline(...CHOOSE, ...claims, "--json", "--name", "named")).stdout,
  ) as {
    policy: { thresholds: { pLow: number } };
  };
  expect(chosen).toMatchObject({
    policy: {
      name: "named",
      version: 1,
      tuning: { splits: ["tune"] },
      rawPLow: chosen.policy.thresholds.pLow,
    },
    certification: { outcomes: { tp: 180, fp: 20, tn: 180, fn: 20 } },
    certificates: [
      { bodyPart: null, result: "certified", earlierTests: 1 },
      { bodyPart: "hand" },
      { bodyPart: "wrist" },
    ],
  });
  const triage = JSON.parse(
    (await bench.hairline("triage", "--policy", "named", "--split", "few", "--json")).stdout,
  ) as unknown;
  expect(triage).toMatchObject({
    policyName: "named@1",
    overall: { outcomes: { negative: 10, positive: 10 } },
  });
  expect((await bench.hairline("triage", "--policy", "named@1")).stdout).toMatch(/, policy named@1 \(p_low=/);
  expect((await bench.hairline("gates", "--policy", "named", "--gate", "entropy", "--csv")).stdout).toMatch(
    /\nentropy,/,
  );
});

test("says what it would take when it cannot certify, and warns of repeated tries", async () => {
  await using bench = await openScored();
  const few = [
    "policy",
    "choose",
    "--tune-split",
    "tune",
    "--certify-split",
    "few",
    "--entropy-max",
    "none",
    "--npv",
    "0.85",
  ];
  const { stdout } = await bench.hairline(...few);
  expect(stdout).toMatch(/cannot certify net-lab@1 at 95 % confidence:/);
  expect(stdout).toMatch(
    /all: npv: need about [\d,]+ more called negative \(about [\d,]+ more labels in all\)/,
  );
  const again = await bench.hairline("policy", "certify", "net-lab", "--split", "few");
  expect(again.stderr).toMatch(/tested on once before: each more try weakens the promise/);
  const certificates = JSON.parse(
    (await bench.hairline("policy", "certificates", "--json")).stdout,
  ) as unknown[];
  expect(certificates).toHaveLength(2);
  const json = JSON.parse(
    (await bench.hairline("policy", "certify", "net-lab", "--split", "test", "--npv", "0.8", "--json"))
      .stdout,
  ) as unknown;
  expect(json).toMatchObject({
    certificates: [{ result: "certified", claims: [{ metric: "npv", target: 0.8 }] }],
  });
  expect((await bench.hairline("policy", "revoke", "3", "--note", "labels")).stdout).toBe(
    "certificate 3 of net-lab@1 is revoked\n",
  );
  expect((await bench.hairline("policy", "certificates", "--policy", "net-lab")).stdout).toMatch(
    /npv >= 0\.8 .*certified, revoked/,
  );
});

test("keeps policies: create, list, activate, retire, history, show", async () => {
  await using bench = await openScored();
  const create = [
    "policy",
    "create",
    "screening",
    "p_low=0.5,entropy_max=1.5",
    "--author",
    "ann",
    "--note",
    "first",
  ];
  expect((await bench.hairline(...create)).stdout).toMatch(
    /^screening@1: p_low=0\.5,entropy_max=1\.5,.*; outcomes of images$/m,
  );
  const second = await bench.hairline(
    "policy",
    "create",
    "screening",
    "p_low=0.6,entropy_max=none",
    "--level",
    "study",
    "--json",
  );
  expect(JSON.parse(second.stdout)).toMatchObject({ version: 2, level: "study", rawPLow: 0.6, tuning: null });
  expect((await bench.hairline("policy", "list")).stdout).toMatch(/screening@1 +image .*ann +first/);
  const activate = await bench.hairline(
    "policy",
    "activate",
    "screening@1",
    "--dataset",
    "lab",
    "--author",
    "bob",
  );
  expect(activate.stdout).toBe("screening@1 is in force for net, lab\n");
  expect(activate.stderr).toBe("it has no certificate there\n");
  expect((await bench.hairline("triage")).stdout).toMatch(/, policy screening@1 \(p_low=0\.5,/);
  await bench.hairline("policy", "activate", "screening", "--dataset", "lab");
  await bench.hairline("policy", "retire", "screening", "--dataset", "lab", "--note", "done");
  const history = JSON.parse((await bench.hairline("policy", "history", "--json")).stdout) as unknown;
  expect(history).toMatchObject([
    { version: 2, dataset: "lab", retiredNote: "done" },
    { version: 1, activatedBy: "bob", retiredNote: "replaced by screening@2" },
  ]);
  expect((await bench.hairline("policy", "history", "none")).stdout).toBe("never in force\n");
  const shown = JSON.parse(
    (await bench.hairline("policy", "show", "screening@1", "--json")).stdout,
  ) as unknown;
  expect(shown).toMatchObject({ version: 1, certificates: [], history: [{ version: 1 }] });
  expect((await bench.hairline("triage", "--policy", "screening")).stderr).toMatch(/outcomes are of studies/);
});

test("shows what flips between two policies", async () => {
  await using bench = await openScored();
  await bench.hairline("policy", "create", "strict", "p_low=0.5,entropy_max=0.5");
  const diff = ["policy", "diff", "p_low=0.5,entropy_max=none", "strict", "--split", "few"];
  const { stdout } = await bench.hairline(...diff);
  expect(stdout).toMatch(/b: strict@1\n\n10 of 20 images flip/);
  expect(stdout).toMatch(/positive +inconclusive +10 +9 +1 +0/);
  const json = JSON.parse(
    (await bench.hairline(...diff, "--json", "--dataset", "lab", "--model", "net")).stdout,
  ) as {
    flips: unknown[];
  };
  expect(json).toMatchObject({
    dataset: "lab",
    b: "strict@1",
    pairs: [
      { level: "image", a: "negative", b: "negative", units: 10, positives: 1, negatives: 9 },
      { level: "image", a: "positive", b: "inconclusive", units: 10, positives: 9 },
      { level: "study", a: "negative", b: "negative" },
      { level: "study", a: "positive", b: "inconclusive" },
    ],
  });
  expect(json.flips).toHaveLength(20);
  expect(json.flips[0]).toMatchObject({
    level: "image",
    key: "few-10.png",
    label: 1,
    aReason: "localised",
    b: "inconclusive",
  });
  const csv = (await bench.hairline(...diff, "--csv")).stdout.trimEnd().split("\n");
  expect(csv).toHaveLength(21);
  expect(csv[1]).toBe(
    "image,few-10.png,few-10.png,hand,few,1,0.73,positive,localised,inconclusive,entropy_above",
  );
});

test.each([
  [["policy", "create", "a b", "p_low=0.5,entropy_max=1"], { code: "BAD_ARGUMENT", field: "name" }],
  [["policy", "create", "a", "p_low=2,entropy_max=1"], { code: "BAD_THRESHOLD" }],
  [
    ["policy", "create", "a", "p_low=0.5,entropy_max=1", "--p-low-scale", "calibrated"],
    { code: "BAD_ARGUMENT" },
  ],
  [["policy", "show", "none"], { code: "POLICY_NOT_FOUND" }],
  [["policy", "activate", "none"], { code: "POLICY_NOT_FOUND" }],
  [["triage", "--policy", "none"], { code: "POLICY_NOT_FOUND" }],
  [["triage"], { code: "POLICY_NOT_FOUND", field: "policy" }],
  [
    ["triage", "--policy", "p_low=0.5,entropy_max=1", "--calibrator", "none"],
    { code: "CALIBRATOR_NOT_FOUND" },
  ],
  [["sweep", "--p-low-scale", "calibrated"], { code: "BAD_ARGUMENT", field: "--calibrator" }],
  [CHOOSE, { code: "BAD_ARGUMENT" }],
  [[...CHOOSE, "--npv", "0.999"], { code: "POLICY_INFEASIBLE" }],
  [[...CHOOSE, "--npv", "1"], { code: "commander.invalidArgument" }],
  [
    [...CHOOSE, "--npv", "0.8", "--max-coverage", "--maximise", "f1"],
    { code: "commander.conflictingOption" },
  ],
  [
    ["policy", "choose", "--tune-split", "test", "--certify-split", "test", "--npv", "0.8"],
    { code: "SPLITS_OVERLAP" },
  ],
  [["policy", "revoke", "7"], { code: "BAD_ARGUMENT" }],
  [["calibrate", "--method", "platt", "--split", "none", "--name", "x"], { code: "NO_PREDICTIONS" }],
  [["calibrate", "--method", "magic", "--name", "x"], { code: "commander.invalidArgument" }],
])("refuses %j", async (args, error) => {
  await using bench = await openScored();
  await expect(bench.hairline(...args)).rejects.toMatchObject(error);
});
