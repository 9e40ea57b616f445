// Checks what `hairline demo --json` printed: the ledger, the quarantine, the model and the report.
import { readFileSync } from "node:fs";

const demo = JSON.parse(readFileSync(process.argv[2], "utf8"));
const report = readFileSync(demo.reportPath, "utf8");
const { ledger, rocAuc, triage } = demo;

const checks = {
  "every image got an outcome": ledger.balanced && ledger.images === demo.images && ledger.waiting === 0,
  "scored and quarantined add up": ledger.scored + ledger.quarantined === ledger.images,
  "exactly the damaged files were quarantined": demo.broken > 0 && ledger.quarantined === demo.broken,
  "the held-out split was triaged": triage.images > 0 && triage.labelled === triage.images,
  "all three outcomes add up": Object.values(triage.outcomes).reduce((a, b) => a + b) === triage.images,
  "the model is clearly better than chance": rocAuc.lower > 0.5 && rocAuc.value > 0.75,
  "625 configs were swept": demo.sweep.configs === 625,
  "the report has its plots": report.split("<svg").length > 3,
  "the report has overlays": report.split("data:image/jpeg;base64,").length > 4,
};

const failed = Object.entries(checks).filter(([, passed]) => !passed);
for (const [name] of failed) console.error(`failed: ${name}`);
console.log(
  `demo: ${Object.keys(checks).length - failed.length} of ${Object.keys(checks).length} checks passed`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
