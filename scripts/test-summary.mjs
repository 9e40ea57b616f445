// Adds up the JSON reports that every workspace's tests left, and fails when one is missing, empty or skipped tests.
import { existsSync, readdirSync, readFileSync } from "node:fs";

const workspaces = [
  ...["packages", "apps"].flatMap((group) => readdirSync(group).map((name) => `${group}/${name}`)),
  "infra",
  "faults",
];
// int8 needs VNNI to be exact: of these, the CPU at hand runs the one side or the other.
const CPU_DECIDES = new Set([
  "stores an int8 model with its calibration and its measured deviation",
  "refuses a CPU without VNNI",
  "calibrates on what can be read of the archive",
]);
let passed = 0;
let failed = 0;
const problems = [];

for (const workspace of workspaces) {
  if (!existsSync(`${workspace}/package.json`)) continue;
  const report = `${workspace}/test-results.json`;
  if (!existsSync(report)) {
    problems.push(`${workspace}: no test report`);
    continue;
  }
  const results = JSON.parse(readFileSync(report, "utf8"));
  const skipped = results.testResults
    .flatMap((file) => file.assertionResults)
    .filter(({ status, title }) => !["passed", "failed"].includes(status) && !CPU_DECIDES.has(title)).length;
  console.log(
    `${workspace}: ${results.numPassedTests} passed, ${results.numFailedTests} failed, ${skipped} skipped`,
  );
  passed += results.numPassedTests;
  failed += results.numFailedTests;
  if (skipped > 0) problems.push(`${workspace}: ${skipped} tests were skipped`);
  if (results.numPassedTests === 0) problems.push(`${workspace}: no test ran`);
}

for (const problem of problems) console.error(`problem: ${problem}`);
console.log(`${passed} passed, ${failed + problems.length} failed`);
process.exitCode = problems.length > 0 || failed > 0 || passed === 0 ? 1 : 0;
