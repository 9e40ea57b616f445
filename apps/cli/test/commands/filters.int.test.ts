import { expect, test } from "vitest";
import { registerCalibrate } from "../../src/commands/calibrate.ts";
import { registerCalibration } from "../../src/commands/calibration.ts";
import { registerExport } from "../../src/commands/export.ts";
import { registerGates } from "../../src/commands/gates.ts";
import { registerLocalisation } from "../../src/commands/localisation.ts";
import { registerMetrics } from "../../src/commands/metrics.ts";
import { registerPredictions } from "../../src/commands/predictions.ts";
import { registerStudies } from "../../src/commands/studies.ts";
import { registerSweep } from "../../src/commands/sweep.ts";
import { registerTriage } from "../../src/commands/triage.ts";
import { openBench } from "./bench.ts";

const ROWS = [
  "image,label,patient,probability,entropy,area@0.5",
  "a.png,0,p1,0.9,1,0.1",
  "b.png,1,p1,0.8,3,0.2",
  "c.png,1,p2,0.7,3.5,0.3",
  "d.png,0,p3,0.6,2,0.4",
  "e.png,0,p4,0.1,2,0.4",
];
const POLICY = ["--policy", "p_low=0.2,entropy_max=none,area_max=none,alpha=0.5"];

test("every command reads only the images that the options name", async () => {
  await using bench = await openBench(
    registerPredictions,
    registerCalibrate,
    registerCalibration,
    registerExport,
    registerGates,
    registerLocalisation,
    registerMetrics,
    registerStudies,
    registerSweep,
    registerTriage,
  );
  await bench.hairline("predictions", "import", await bench.saveCsv("few.csv", ROWS), "--model", "lab");
  await bench.database.pool.query("update image set hardware = object_key in ('a.png', 'e.png')");
  const shown = async (...args: string[]) => {
    const { stdout } = await bench.hairline(...args, "--hardware", "no", "--json");
    return JSON.parse(stdout) as unknown;
  };
  const three = { overall: { images: 3 } };
  expect(await shown("triage", ...POLICY)).toMatchObject(three);
  expect(await shown("metrics")).toMatchObject({ overall: { rows: 3, positive: 2 } });
  expect(await shown("metrics", "--level", "study")).toMatchObject({ overall: { rows: 3 } });
  expect(await shown("studies", ...POLICY)).toMatchObject({ studies: 3 });
  expect(await shown("gates", "--replicates", "50")).toMatchObject({ labelled: 3 });
  expect(await shown("localisation", ...POLICY)).toMatchObject({ boxed: 0 });
  expect(await shown("sweep", "--alpha", "0.5")).toMatchObject({ labelled: { positive: 2, negative: 1 } });
  expect(await shown("calibration")).toMatchObject({ images: 3 });
  const { stdout } = await bench.hairline("export", "facts", "--csv", "--hardware", "no");
  expect(stdout.trimEnd().split("\n")).toHaveLength(1 + 3);
});
