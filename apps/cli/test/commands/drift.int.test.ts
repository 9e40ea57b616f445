import { expect, test } from "vitest";
import { registerDrift } from "../../src/commands/drift.ts";
import { registerPolicy } from "../../src/commands/policy.ts";
import { registerPredictions } from "../../src/commands/predictions.ts";
import { openBench } from "./bench.ts";

/** 200 images a split, each a patient: half without fracture and low, half with and high; in `later` the CAMs spread. */
function rows(split: string): string[] {
  return Array.from({ length: 200 }, (_, at) => {
    const fracture = at % 2;
    const probability = (fracture === 1 ? 0.7 : 0.1) + (at % 9) / 100;
    const entropy = (split === "later" ? 2 : 1) + (at % 5) / 10;
    return `${split}-${at}.png,${fracture},${split}-${at},${split},${at % 4 < 2 ? "hand" : "wrist"},${probability},${entropy}`;
  });
}

async function openScored() {
  const bench = await openBench(registerPredictions, registerPolicy, registerDrift);
  const header = "image,label,patient,split,body_part,probability,entropy";
  const csv = await bench.saveCsv("lab.csv", [header, ...["early", "test", "later"].flatMap(rows)]);
  await bench.hairline("predictions", "import", csv, "--model", "net");
  await bench.hairline("policy", "create", "night", "p_low=0.4,entropy_max=1.8");
  await bench.hairline("policy", "certify", "night", "--split", "test", "--npv", "0.9");
  await bench.hairline("policy", "activate", "night");
  return bench;
}

test("says what changed in a table and a sentence each, and ends the certificate", async () => {
  await using bench = await openScored();
  const { stdout } = await bench.hairline(
    "drift",
    "--reference",
    "certificate=1",
    "--current",
    "split=later",
    "--expire",
  );
  expect(stdout).toMatch(/^drift check 1 of net, policy night@1\nreference: 200 images of lab, split test\n/);
  expect(stdout).toMatch(/ abstention +chi-square +\S+ +\S+ +0\.500 +0\.05 +200 \/ 200 +alarm/);
  expect(stdout).toContain(
    "Alarm: the abstention rate changed (0.0 % to 50.0 %), difference 0.50 of 0.05 allowed.",
  );
  expect(stdout).toContain("No change found in the mix of body parts.");
  expect(stdout).toContain("Not tested: a window has nothing known of the embeddings.");
  expect(stdout).toMatch(/\nALARM: .*\ncertificates ended: 1\n$/);
  expect((await bench.hairline("policy", "show", "night")).stdout).toMatch(
    /certified, expired[\s\S]*night@1 was certified, but that expired on .* \(drift check 1: entropy, abstention, positive\)/,
  );
  expect((await bench.hairline("policy", "certificates")).stdout).toMatch(/certified, expired/);
  expect((await bench.hairline("drift-checks")).stdout).toMatch(
    / 1 +net +200 images of lab, split test +200 images of lab, split later +entropy, abstention, positive +1 /,
  );
});

test("prints JSON, and fails on an alarm only when asked to", async () => {
  await using bench = await openScored();
  const drift = ["drift", "lab", "--reference", "split=early", "--json", "--fail-on-alarm", "--current"];
  const steady = JSON.parse((await bench.hairline(...drift, "split=test")).stdout) as unknown;
  expect(steady).toMatchObject({
    id: 1,
    model: "net",
    policy: "night@1",
    alarm: false,
    reference: { dataset: "lab", images: 200, filter: { splits: ["early"] } },
    measures: expect.arrayContaining([
      expect.objectContaining({ name: "entropy", verdict: "steady", sentence: expect.any(String) }),
    ]),
  });
  await expect(bench.hairline(...drift, "split=later")).rejects.toMatchObject({ code: "DRIFT_ALARM" });
  const { stdout } = await bench.hairline("drift-checks", "2", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ id: 2, alarm: true, expired: [] });
});

test.each([
  ["an unknown certificate", ["--reference", "certificate=9", "--current", "all"], "CERTIFICATE_NOT_FOUND"],
  ["a day that is none", ["--reference", "from=2026-13-01", "--current", "all"], "BAD_ARGUMENT"],
  ["a run that is none", ["--reference", "run=7", "--current", "all"], "BAD_ARGUMENT"],
  ["the same window twice", ["--reference", "all", "--current", "all"], "BAD_ARGUMENT"],
])("refuses %s", async (_, options, code) => {
  await using bench = await openScored();
  await expect(bench.hairline("drift", ...options)).rejects.toMatchObject({ code });
});
