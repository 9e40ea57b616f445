import { expect, test } from "vitest";
import { registerPolicy } from "../../src/commands/policy.ts";
import { registerPredictions } from "../../src/commands/predictions.ts";
import { registerWorklist } from "../../src/commands/worklist.ts";
import { openBench } from "./bench.ts";

// Under p_low 0.4 and entropy_max 2: s1 is inconclusive by 1 of 2, s2 by 0.5 of 2; s3 is negative, 0.1 of 0.4 away.
const ROWS = [
  "image,label,study,body_part,probability,entropy",
  "a.png,,s1,XR_WRIST,0.75,3",
  "b.png,,s2,XR_WRIST,0.75,2.5",
  "c.png,,s3,XR_HAND,0.3,1",
  "d.png,1,s4,XR_HAND,0.75,3",
];
const POLICY = ["--policy", "p_low=0.4,entropy_max=2"];

async function openScored() {
  const bench = await openBench(registerPredictions, registerPolicy, registerWorklist);
  await bench.hairline("predictions", "import", await bench.saveCsv("few.csv", ROWS), "--model", "lab");
  return bench;
}

test("lists unlabelled studies in a table, as CSV and as JSON", async () => {
  await using bench = await openScored();
  const { stdout } = await bench.hairline("worklist", ...POLICY);
  expect(stdout).toMatch(
    /^3 studies of few without a label or verdict, 2 of them inconclusive under p_low=0\.4/,
  );
  expect(stdout).toMatch(/ 1 +s2 +XR_WRIST +– +1 +0\.750 +inconclusive +entropy_max +0\.250 /);
  expect(stdout).toContain("no study has an embedding: spread by body part instead");
  const { stdout: csv } = await bench.hairline("worklist", ...POLICY, "--csv", "--limit", "2");
  expect(csv).toBe(
    "rank,study,body_part,split,views,probability,outcome,threshold,distance\n" +
      "1,s2,XR_WRIST,,1,0.75,inconclusive,entropy_max,0.25\n2,s1,XR_WRIST,,1,0.75,inconclusive,entropy_max,0.5\n",
  );
  const { stdout: json } = await bench.hairline("worklist", ...POLICY, "--json", "--body-part", "XR_HAND");
  expect(JSON.parse(json)).toMatchObject({
    dataset: "few",
    model: "lab",
    policy: { policy: null, thresholds: { pLow: 0.4 } },
    waiting: 1,
    diversity: "body-part",
    studies: [{ studyKey: "s3", outcome: "negative" }],
  });
});

test("reads by the policy in force, and says when nothing waits", async () => {
  await using bench = await openScored();
  await expect(bench.hairline("worklist")).rejects.toMatchObject({ code: "POLICY_NOT_FOUND" });
  await bench.hairline("policy", "create", "night", "p_low=0.4,entropy_max=2");
  await bench.hairline("policy", "activate", "night");
  const { stdout } = await bench.hairline("worklist", "few", "--split", "none");
  expect(stdout).toBe(
    "0 studies of few without a label or verdict, 0 of them inconclusive under night@1 (p_low=0.4,entropy_max=2,area_max=none,alpha=0.5)\n",
  );
});

test.each(["0", "1001", "ten"])("refuses a limit of %s", async (limit) => {
  await using bench = await openBench(registerWorklist);
  await expect(bench.hairline("worklist", ...POLICY, "--limit", limit)).rejects.toMatchObject({
    code: "commander.invalidArgument",
  });
});
