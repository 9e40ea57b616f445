import { join } from "node:path";
import type { Database } from "@hairline/core/db";
import { importArchive } from "@hairline/core/ingest";
import { openFilesystemStore } from "@hairline/core/storage";
import { createTestDatabase, temporaryFolder, type TemporaryFolder } from "@hairline/core/testing";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { writeSyntheticArchive } from "@hairline/imaging/synthetic";
import { importModel } from "@hairline/model/registry";
import { reproducibleWeights } from "@hairline/model/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CliProcess, type Finished } from "../cli-process.ts";

/** A drawn archive with two damaged files, and an untrained model. */
let database: Database;
let folder: TemporaryFolder;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await temporaryFolder();
  const archive = await writeSyntheticArchive({
    root: join(folder.path, "archive"),
    seed: 1,
    studies: 14,
    longSide: 96,
    brokenFiles: 2,
  });
  await importArchive({ database, path: archive.manifestPath, root: archive.root, name: "archive" });
  await importModel({
    database,
    store: openFilesystemStore(join(folder.path, "objects")),
    source: { stateDict: reproducibleWeights("resnet18"), name: "scorer" },
    preprocessing: { ...IMAGENET_PREPROCESSING, inputSize: 64 },
  });
});
afterAll(async () => {
  await database.close();
  await folder[Symbol.asyncDispose]();
});

function start(...args: readonly string[]): CliProcess {
  const variables = { DATABASE_URL: database.url, HAIRLINE_LOCK_MS: "5000", HAIRLINE_CORES: "2" };
  return new CliProcess(folder.path, args, variables);
}

function run(...args: readonly string[]): Promise<Finished> {
  return start(...args).finished();
}

const TRAIN = [
  "train",
  "--from",
  "scorer",
  "--name",
  "trained",
  "--stage",
  "layer4",
  "--batch-size",
  "4",
] as const;

describe("hairline train", () => {
  test("stops with a checkpoint when interrupted, and the same command goes on to a model with its card", async () => {
    const asked = [...TRAIN, "--epochs", "4", "--learning-rate", "1e-4"];
    const interrupted = start(...asked);
    await interrupted.whenSays("epoch 1:");
    interrupted.process.kill("SIGTERM");
    const { code, stderr } = await interrupted.finished();
    expect(code).toBe(130);
    expect(stderr).toContain("stopping with a checkpoint");
    const { rows } = await database.pool.query(
      "select state, checkpoint_key is not null as kept from training",
    );
    expect(rows).toEqual([{ state: "stopped", kept: true }]);

    const other = await run(...TRAIN, "--epochs", "5");
    expect(other).toMatchObject({ code: 1 });
    expect(other.stderr).toContain("MODEL_NAME_TAKEN");

    const finished = await run(...asked, "--json");
    expect(finished.stderr).toContain("resuming training");
    const result = JSON.parse(finished.stdout) as Record<string, unknown>;
    expect(result).toMatchObject({ state: "completed", model: "trained", leftOut: 2, attempt: 2 });
    expect(result["epochs"]).toHaveLength(4);

    const shown = await run("model", "show", "trained");
    expect(shown.stdout).toContain("## Validation");
    expect(shown.stdout).toContain("Left out: 1 IMAGE_EMPTY, 1 IMAGE_TRUNCATED.");
    const card = JSON.parse((await run("model", "show", "trained", "--json")).stdout) as Record<
      string,
      unknown
    >;
    expect(card["card"]).toMatchObject({ schema: "hairline.model-card/1", trainingId: result["id"] });
    const curves = await run("trainings", "show", String(result["id"]));
    expect(curves.stdout).toContain("validation");
    const listed = JSON.parse((await run("trainings", "--json")).stdout) as unknown[];
    expect(listed).toMatchObject([{ id: result["id"], state: "completed" }]);
  });

  test("queues a training for other workers, which can be cancelled", async () => {
    const queued = await run(...TRAIN.slice(0, 3), "--name", "later", "--detach", "--json");
    const { id, state } = JSON.parse(queued.stdout) as { id: string; state: string };
    expect(state).toBe("queued");
    const cancelled = await run("trainings", "cancel", id, "--json");
    expect(JSON.parse(cancelled.stdout)).toEqual({ id, cancelled: true, state: "cancelled" });
    const again = await run("train", "--resume", id);
    expect(again).toMatchObject({ code: 1 });
    expect(again.stderr).toContain("RUN_ENDED");
  });

  test("says what is wrong with what it was asked, before anything runs", async () => {
    for (const { args, says } of [
      { args: ["train", "--name", "x"], says: "--from" },
      {
        args: ["train", "--name", "x", "--from", "scorer", "--stage", "head", "--flip"],
        says: "augmentation",
      },
    ]) {
      const { code, stderr } = await run(...args);
      expect({ code, said: stderr.includes(says), stderr }).toMatchObject({ code: 2, said: true });
    }
    const { code, stderr } = await run("train", "--name", "x", "--from", "nothing.pth");
    expect({ code, stderr }).toMatchObject({ code: 1 });
    expect((await database.pool.query("select from training where name = 'x'")).rows).toEqual([]);
  });
});
