import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { Database } from "@hairline/core/db";
import { createTestDatabase, temporaryFolder } from "@hairline/core/testing";
import { openFilesystemStore } from "@hairline/core/storage";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { registerDatasets } from "../../src/commands/datasets.ts";
import { registerImport } from "../../src/commands/import.ts";
import { loadConfig } from "../../src/config.ts";
import { createOutput } from "../../src/output.ts";

interface Home {
  readonly folder: string;
  readonly database: Database;
}

/** A home with an archive of two images, one of them labelled by labels.csv, and one row without a file. */
async function withArchive(run: (home: Home) => Promise<void>): Promise<void> {
  await using database = await createTestDatabase();
  await using folder = await temporaryFolder();
  const files = {
    "hand/a.png": "not read yet",
    "hand/b.png": "nor this",
    "hand/wrist.csv": "file,label,region\na.png,1,hand\nb.png,,wrist\ngone.png,0,hand\n",
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true });
    await writeFile(join(folder.path, name), content);
  }
  await run({ folder: folder.path, database });
}

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly error: unknown;
}

async function hairline({ folder, database }: Home, ...args: string[]): Promise<Outcome> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const program = new Command("hairline")
    .exitOverride()
    .configureOutput({ writeErr: (message) => void stderr.write(message) });
  const context = {
    config: loadConfig({ HAIRLINE_HOME: folder }),
    output: createOutput({ stdout, stderr }, { color: false }),
    signal: new AbortController().signal,
    openStack: () =>
      Promise.resolve({
        database,
        objects: openFilesystemStore(join(folder, "objects")),
        queue: { kind: "postgres", url: database.url } as const,
      }),
  };
  for (const register of [registerImport, registerDatasets]) {
    register(program, context);
  }
  for (const command of program.commands) command.copyInheritedSettings(program);
  let error: unknown;
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (thrown) {
    error = thrown;
  }
  stdout.end();
  stderr.end();
  return { stdout: await text(stdout), stderr: await text(stderr), error };
}

const MAPPING = ["--column", "path=file", "--column", "body_part=region"];

describe("hairline import", () => {
  test("prints one JSON document and keeps everything else off stdout", () =>
    withArchive(async (home) => {
      const { stdout, error } = await hairline(
        home,
        "import",
        join(home.folder, "hand/wrist.csv"),
        ...MAPPING,
        "--json",
      );
      expect(error).toBeUndefined();
      expect(JSON.parse(stdout)).toMatchObject({
        dataset: "wrist",
        created: true,
        layout: "manifest",
        root: join(home.folder, "hand"),
        added: 2,
        rejected: 1,
        rejectedByCode: { IMAGE_FILE_MISSING: 1 },
        rejections: [{ line: 4, objectKey: "gone.png", code: "IMAGE_FILE_MISSING" }],
        ignoredColumns: [],
      });
    }));

  test("says what went where and shows the rejections asked for", () =>
    withArchive(async (home) => {
      const path = join(home.folder, "hand/wrist.csv");
      const shown = await hairline(home, "import", path, ...MAPPING);
      expect(shown.stdout).toContain("created dataset wrist");
      expect(shown.stdout).toMatch(/IMAGE_FILE_MISSING.*there is no such file/);
      const hidden = await hairline(home, "import", path, ...MAPPING, "--max-rejections-shown", "0");
      expect(hidden.stdout).toContain("continued dataset wrist");
      expect(hidden.stdout).not.toContain("there is no such file");
      expect(hidden.stdout).toMatch(/IMAGE_FILE_MISSING +1/);
    }));

  test("fails after reporting when --strict meets a rejection, and keeps what was imported", () =>
    withArchive(async (home) => {
      const path = join(home.folder, "hand/wrist.csv");
      const { stdout, error } = await hairline(home, "import", path, ...MAPPING, "--strict", "--json");
      expect(error).toMatchObject({ code: "IMAGE_FILE_MISSING", line: 4 });
      expect(JSON.parse(stdout)).toMatchObject({ added: 2 });
    }));

  test("does not fail under --strict when nothing was rejected", () =>
    withArchive(async (home) => {
      const { error } = await hairline(home, "import", join(home.folder, "hand"), "--strict");
      expect(error).toBeUndefined();
    }));

  test("names columns without a meaning once", () =>
    withArchive(async (home) => {
      const path = join(home.folder, "hand/wrist.csv");
      const { stderr } = await hairline(home, "import", path, "--column", "path=file");
      expect(stderr.match(/ignored: region/g)).toHaveLength(1);
    }));

  test.each([
    ["--column", "label"],
    ["--column", "colour=x"],
    ["--column", "label="],
    ["--layout", "dicom"],
    ["--max-rejections-shown", "-1"],
  ])("refuses %s %s as wrong usage", (...wrong) =>
    withArchive(async (home) => {
      const { error } = await hairline(home, "import", home.folder, ...wrong);
      expect(error).toMatchObject({ code: "commander.invalidArgument" });
    }),
  );

  test("does not let the archive's text steer the terminal", () =>
    withArchive(async (home) => {
      const path = join(home.folder, "hand/escape.csv");
      await writeFile(path, "path\n\u001B[2Jx.png\n");
      const { stdout } = await hairline(home, "import", path);
      expect(stdout).toContain("ROW_INVALID");
      expect(stdout).not.toContain("\u001B[2J");
    }));
});

describe("hairline datasets", () => {
  test("lists what was imported", () =>
    withArchive(async (home) => {
      expect((await hairline(home, "datasets")).stderr).toContain("No dataset was imported yet");
      await hairline(home, "import", join(home.folder, "hand/wrist.csv"), ...MAPPING);
      const { stdout } = await hairline(home, "datasets", "--json");
      expect(JSON.parse(stdout)).toEqual([
        expect.objectContaining({
          name: "wrist",
          layout: "manifest",
          studies: 2,
          images: 2,
          labelled: 1,
          positive: 1,
        }),
      ]);
      expect((await hairline(home, "datasets")).stdout).toMatch(/wrist +manifest +2 +2 +1 +1/);
    }));
});
