import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { createApiKey } from "@hairline/core/access";
import { openFilesystemStore } from "@hairline/core/storage";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { importModel } from "@hairline/model/registry";
import { reproducibleWeights } from "@hairline/model/testing";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { registerUpload } from "../../src/commands/upload.ts";
import { CliProcess } from "../cli-process.ts";
import { openBench, type Bench } from "./bench.ts";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** `hairline up` on the bench's database, with a small untrained network named "tiny", and a key to it. */
async function startUp(bench: Bench) {
  await importModel({
    database: bench.database,
    store: openFilesystemStore(join(bench.folder, "objects")),
    source: { stateDict: reproducibleWeights("resnet18"), name: "tiny" },
    preprocessing: { ...IMAGENET_PREPROCESSING, inputSize: 64 },
  });
  const port = String(await freePort());
  const variables = { DATABASE_URL: bench.database.url, HAIRLINE_CORES: "1" };
  const up = new CliProcess(bench.folder, ["up", "--port", port], variables);
  await up.whenSays("running; Ctrl-C stops");
  const { key } = await createApiKey(bench.database, { name: "uploader", scopes: ["score"] });
  const keyFile = join(bench.folder, "key");
  await writeFile(keyFile, `${key}\n`);
  const to = ["--dataset", "inbox", "--url", `http://127.0.0.1:${port}`, "--key-file", keyFile];
  return {
    upload: (...args: string[]) => bench.hairline("upload", ...to, ...args),
    async [Symbol.asyncDispose]() {
      up.process.kill("SIGTERM");
      await up.finished();
    },
  };
}

async function view(bench: Bench, name: string, shade: number): Promise<string> {
  const path = join(bench.folder, name);
  await sharp({ create: { width: 80, height: 60, channels: 3, background: { r: shade, g: shade, b: 90 } } })
    .png()
    .toFile(path);
  return path;
}

interface Reported {
  readonly stored: number;
  readonly duplicates: number;
  readonly upload: { readonly state: string };
  readonly study: {
    readonly studyId: number;
    readonly views: number;
    readonly upload: { readonly state: string };
  };
}

async function predictions({ database }: Bench) {
  const { rows } = await database.pool.query<{ image_id: number; run_id: string; logit: number }>(
    "select image_id, run_id, logit from prediction order by image_id",
  );
  return rows;
}

test(
  "views are uploaded and scored: when all are there, when said so, after a pause, and when one comes late",
  { timeout: 240_000 },
  async () => {
    await using bench = await openBench(registerUpload);
    await using site = await startUp(bench);
    const [a, b, c, d] = [
      await view(bench, "a.png", 10),
      await view(bench, "b.png", 60),
      await view(bench, "c.png", 120),
      await view(bench, "d.png", 180),
    ];
    const wait = ["--wait", "--json"];
    const asked = async (...args: string[]) => JSON.parse((await site.upload(...args)).stdout) as Reported;

    const first = await asked(a, b, "--study", "exam", "--model", "tiny", "--expected-views", "2", ...wait);
    expect(first).toMatchObject({ stored: 2, study: { views: 2, upload: { state: "scored" } } });
    const scored = await predictions(bench);
    expect(new Set(scored.map(({ run_id }) => run_id)).size).toBe(1);

    const late = await asked(b, c, "--study", "exam", "--complete", ...wait);
    expect(late).toMatchObject({ stored: 1, duplicates: 1, study: { views: 3 } });
    const all = await predictions(bench);
    expect(all.slice(0, 2)).toEqual(scored);
    expect(all[2]?.run_id).not.toBe(scored[0]?.run_id);

    await bench.database.pool.query("update upload_dataset set quiet_ms = 200");
    const paused = await asked(d, "--study", "another", ...wait);
    expect(paused.study).toMatchObject({ views: 1, upload: { state: "scored" } });
    const runs = await bench.database.pool.query("select state, priority from run");
    expect(runs.rows).toEqual(Array.from({ length: 3 }, () => ({ state: "completed", priority: "urgent" })));

    const empty = join(bench.folder, "empty.png");
    await writeFile(empty, "");
    await expect(site.upload(empty, a, "--study", "another")).rejects.toMatchObject({ code: "IMAGE_EMPTY" });
    expect((await site.upload(a, "--study", "another")).stdout).toContain("0 stored, 1 there already");
  },
);

describe("an upload", () => {
  test("needs a key that is one, and an API that answers", async () => {
    await using bench = await openBench(registerUpload);
    const path = await view(bench, "a.png", 1);
    const to = ["--dataset", "inbox", "--url", "http://127.0.0.1:9"];
    const badKey = bench.hairline("upload", path, ...to, "--key-file", path);
    await expect(badKey).rejects.toMatchObject({ code: "BAD_ARGUMENT", field: "--key-file" });
    const noKey = bench.hairline("upload", path, ...to, "--key-file", join(bench.folder, "none"));
    await expect(noKey).rejects.toMatchObject({ code: "BAD_ARGUMENT", field: "--key-file" });
  });
});
