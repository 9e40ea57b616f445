import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { removeEmbeddedPostgres } from "@hairline/core/db";
import { temporaryFolder } from "@hairline/core/testing";
import { expect, test } from "vitest";
import type { DemoResult } from "../../src/demo/run-demo.ts";
import { CliProcess, hairline } from "../cli-process.ts";

async function inHome(run: (home: string) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder();
  try {
    await run(folder.path);
  } finally {
    await removeEmbeddedPostgres({ home: folder.path });
  }
}

const DEMO = ["demo", "--studies", "40", "--json"] as const;

test("runs the whole product on drawn radiographs, and uses what is there the second time", async () => {
  await inHome(async (home) => {
    const first = await hairline(home, ...DEMO);
    expect(first.stderr).not.toContain("error");
    const demo = JSON.parse(first.stdout) as DemoResult;
    expect(demo.ledger).toMatchObject({ balanced: true, waiting: 0, quarantined: demo.broken });
    expect(demo.rocAuc?.lower).toBeGreaterThan(0.5);
    expect(demo.sweep.configs).toBe(625);
    const report = await readFile(join(home, "hairline-demo.html"), "utf8");
    expect(report).toContain("data:image/jpeg;base64,");

    const second = await hairline(home, ...DEMO);
    const { seconds: _first, ...again } = JSON.parse(second.stdout) as DemoResult;
    const { seconds: _second, ...once } = demo;
    expect(again).toEqual(once);
    expect(second.stderr).toContain("using the archive drawn before");
    expect(await readFile(join(home, "hairline-demo.html"), "utf8")).toBe(report);
  });
});

test("goes on after Ctrl-C, with every image scored once", async () => {
  await inHome(async (home) => {
    const interrupted = new CliProcess(home, DEMO);
    await interrupted.whenSays("starting run");
    // A terminal sends Ctrl-C to the whole group; here only the launcher's child is signalled.
    interrupted.process.kill("SIGTERM");
    expect((await interrupted.finished()).code).toBe(130);

    const resumed = await hairline(home, ...DEMO);
    expect(resumed.code).toBe(0);
    const { ledger } = JSON.parse(resumed.stdout) as DemoResult;
    expect(ledger.scored + ledger.quarantined).toBe(ledger.images);
  });
});

test.each([
  [
    "an unknown dataset",
    ["triage", "nowhere", "--policy", "p_low=0.2,entropy_max=1"],
    1,
    "DATASET_NOT_FOUND",
  ],
  ["an unknown model", ["score", "nowhere", "--model", "none"], 1, "MODEL_NOT_FOUND"],
  ["an archive that is not there", ["import", "nowhere"], 1, "ARCHIVE_NOT_FOUND"],
  ["too few studies", ["demo", "--studies", "39"], 2, "expected a whole number from 40"],
  ["an unknown option", ["score", "x", "--nonsense"], 2, "unknown option"],
])("ends with a code and a remedy for %s", async (_name, args, code, text) => {
  await inHome(async (home) => {
    const ended = await hairline(home, ...args);
    expect(ended.stderr).toContain(text);
    expect(ended.code).toBe(code);
    expect(ended.stdout).toBe("");
  });
});
