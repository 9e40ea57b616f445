import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { beforeAll, describe, expect, test } from "vitest";
import type { Database } from "@hairline/core/db";
import { openFilesystemStore, type ObjectStore } from "@hairline/core/storage";
import { createTestDatabase, temporaryFolder } from "@hairline/core/testing";
import { reproducibleWeights } from "@hairline/model/testing";
import { float32Tensor, writeSafetensors, type StateDict } from "@hairline/model/weights";
import { Command } from "commander";
import { registerModel } from "../../src/commands/model.ts";
import { loadConfig } from "../../src/config.ts";
import { createOutput } from "../../src/output.ts";

let scorer: StateDict;
let otherScorer: StateDict;

beforeAll(() => {
  scorer = reproducibleWeights("resnet18");
  otherScorer = new Map([...scorer, ["fc.bias", float32Tensor([1], [0.25])]]);
});

interface Home {
  readonly folder: string;
  readonly database: Database;
  readonly objects: ObjectStore;
  save(name: string, weights: StateDict): Promise<string>;
}

async function withHome(run: (home: Home) => Promise<void>): Promise<void> {
  await using database = await createTestDatabase();
  await using folder = await temporaryFolder();
  const save = async (name: string, weights: StateDict): Promise<string> => {
    const path = join(folder.path, name);
    await writeFile(path, writeSafetensors(weights));
    return path;
  };
  await run({
    folder: folder.path,
    database,
    objects: openFilesystemStore(join(folder.path, "objects")),
    save,
  });
}

/** Runs `hairline model …` and gives what it wrote on stdout. */
async function hairlineModel(home: Home, ...args: string[]): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const program = new Command("hairline").exitOverride().configureOutput({ writeErr: () => undefined });
  registerModel(program, {
    config: loadConfig({ HAIRLINE_HOME: home.folder }),
    output: createOutput({ stdout, stderr }, { color: false }),
    signal: new AbortController().signal,
    openStack: () =>
      Promise.resolve({ ...home, queue: { kind: "postgres", url: home.database.url } as const }),
  });
  try {
    await program.parseAsync(["model", ...args], { from: "user" });
  } finally {
    stdout.end();
  }
  return text(stdout);
}

async function json<T = Record<string, unknown>>(home: Home, ...args: string[]): Promise<T> {
  return JSON.parse(await hairlineModel(home, ...args, "--json")) as T;
}

describe("hairline model", () => {
  test("imports, lists and shows a model", () =>
    withHome(async (home) => {
      const path = await home.save("wrist v2.safetensors", scorer);
      const imported = await json(home, "import", path, "--input-size", "64", "--description", "fold 2");
      expect(imported).toMatchObject({
        created: true,
        name: "wrist-v2",
        kind: "resnet",
        architecture: "resnet18",
        inputSize: 64,
        camCells: 4,
        description: "fold 2",
        weightsSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      });
      const { created, ...model } = imported;
      expect(created).toBe(true);
      expect(await json(home, "list")).toEqual([model]);
      expect(await json(home, "show", "wrist-v2")).toEqual({ ...model, card: null, verifications: [] });
    }));

  test("says that the same weights are there already, and under which name", () =>
    withHome(async (home) => {
      const path = await home.save("a.safetensors", scorer);
      await hairlineModel(home, "import", path);
      expect(await hairlineModel(home, "import", path, "--name", "b")).toContain("already here, as a");
      expect(await json<unknown[]>(home, "list")).toHaveLength(1);
    }));

  test("refuses another model's name", () =>
    withHome(async (home) => {
      await hairlineModel(home, "import", await home.save("a.safetensors", scorer));
      const other = await home.save("b.safetensors", otherScorer);
      await expect(hairlineModel(home, "import", other, "--name", "a")).rejects.toMatchObject({
        code: "MODEL_NAME_TAKEN",
      });
    }));

  test("prints text for people", () =>
    withHome(async (home) => {
      expect(await hairlineModel(home, "list")).toBe("");
      await hairlineModel(home, "import", await home.save("a.safetensors", scorer));
      expect(await hairlineModel(home, "list")).toMatch(/^ *a +resnet18 +fp32 +224 +[0-9a-f]{12} /m);
      const shown = await hairlineModel(home, "show", "a");
      expect(shown).toContain("CAM            7 x 7 cells");
      expect(shown).toContain("alphas         0.3, 0.4, 0.5, 0.6, 0.7");
    }));

  test.each([
    ["a file that does not exist", ["import", "absent.pt"], "WEIGHTS_UNREADABLE"],
    ["a model that does not exist", ["show", "absent"], "MODEL_NOT_FOUND"],
    ["an input size of no number", ["import", "a.pt", "--input-size", "big"], "commander.invalidArgument"],
    ["a name with a slash", ["import", "a.pt", "--name", "a/b"], "BAD_ARGUMENT"],
  ])("refuses %s", (_, args, code) =>
    withHome(async (home) => {
      await expect(hairlineModel(home, ...args)).rejects.toMatchObject({ code });
    }),
  );
});
