import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";

import { openDatabase, type Database } from "@hairline/core/db";
import { openS3Store } from "@hairline/core/storage";
import { createTestDatabase, startRedis, startS3, temporaryFolder } from "@hairline/core/testing";
import { writeSyntheticArchive } from "@hairline/imaging/synthetic";
import { reproducibleWeights } from "@hairline/model/testing";
import { writeSafetensors } from "@hairline/model/weights";
import { expect, test, vi } from "vitest";

import { ROOT } from "../compose/compose-file.ts";
import { ServiceProcess, type Places } from "./service-process.ts";

const PATIENCE = { timeout: 180_000, interval: 100 };
const ROLES = ["api", "scheduler", "worker-cpu"] as const;

/** An empty database on the test server: migrate has everything to do. */
async function emptyDatabase(): Promise<Database> {
  const server = await createTestDatabase();
  const name = `empty_${randomUUID().replaceAll("-", "")}`;
  await server.pool.query(`create database ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const database = await openDatabase(url.href);
  const close = async () => {
    await database.close();
    await server.pool.query(`drop database ${name} with (force)`);
    await server.close();
  };
  return { url: database.url, pool: database.pool, close, [Symbol.asyncDispose]: close };
}

/** The answer of the probe that Compose runs in a container of this service. */
function healthOf(service: ServiceProcess, port: number): number | null {
  const probe = spawnSync(process.execPath, ["infra/docker/healthcheck.mjs"], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"], ...service.environment, HAIRLINE_METRICS_PORT: String(port) },
  });
  return probe.status;
}

async function metricsPort(service: ServiceProcess): Promise<number> {
  return Number((await service.logged("metrics and probes are served"))["port"]);
}

test(
  "the services of docker-compose.yml, run as processes, score an archive on disk and one on S3",
  { timeout: 600_000 },
  async () => {
    await using database = await emptyDatabase();
    await using redis = await startRedis({ appendOnly: true });
    await using folder = await temporaryFolder();
    const s3 = await startS3();
    const archives = `${folder.path}/archives`;
    const work = `${folder.path}/work`;
    await mkdir(work);
    const drawn = await writeSyntheticArchive({
      root: `${archives}/mini`,
      seed: 7,
      studies: 4,
      longSide: 96,
    });
    await writeFile(`${archives}/net.safetensors`, writeSafetensors(reproducibleWeights("resnet18")));
    const { endpoint, region, bucket, accessKeyId, secretAccessKey } = s3;
    const store = openS3Store({
      bucket,
      prefix: "archives/remote/",
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
    });
    for (const name of await readdir(archives, { recursive: true })) {
      if (name.endsWith(".png")) await store.put(name, await readFile(`${archives}/${name}`));
    }

    const places: Places = new Map([
      ["postgres://hairline:POSTGRES_PASSWORD-value@postgres:5432/hairline", database.url],
      ["redis://default:REDIS_PASSWORD-value@redis:6379", redis.url],
      ["http://s3:7070", endpoint],
      ["us-east-1", region],
      ["S3_ACCESS_KEY-value", accessKeyId],
      ["S3_SECRET_KEY-value", secretAccessKey],
      ["s3://hairline/", `s3://${bucket}/`],
      ["/archives,", `${archives},`],
      ["/work", work],
      // Loopback, and ports that are free: in a container both are its own.
      ["0.0.0.0", "127.0.0.1"],
      ["8080", "0"],
      ["9464", "0"],
    ]);
    const command = async (...args: string[]) => {
      await using cli = new ServiceProcess("cli", places, args);
      return await cli.succeeded();
    };

    await using migration = new ServiceProcess("migrate", places);
    expect(await migration.succeeded()).toContain("the schema is up to date");

    await using api = new ServiceProcess("api", places);
    await using scheduler = new ServiceProcess("scheduler", places);
    await using worker = new ServiceProcess("worker-cpu", places);
    const services = { api, scheduler, "worker-cpu": worker };
    for (const role of ROLES) {
      await services[role].logged("ready");
      const port = await metricsPort(services[role]);
      await vi.waitFor(() => expect(healthOf(services[role], port)).toBe(0), PATIENCE);
    }

    await command("model", "import", `${archives}/net.safetensors`, "--name", "net", "--input-size", "64");
    const made = await command("keys", "create", "--name", "e2e", "--scope", "score", "--json");
    const { key } = JSON.parse(made) as { key: string };
    const address = ((await api.logged("ready"))["addresses"] as { port: number }[])[0];
    const ask = async (path: string, body?: object): Promise<Readonly<Record<string, unknown>>> => {
      const response = await fetch(`http://127.0.0.1:${address?.port}${path}`, {
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      });
      const answer = (await response.json()) as Record<string, unknown>;
      if (!response.ok) throw new Error(JSON.stringify(answer));
      return answer;
    };

    const images = drawn.images.length;
    for (const [dataset, path] of [
      ["local", `${archives}/mini`],
      ["remote", `s3://${bucket}/archives/remote`],
    ] as const) {
      const imported = await ask("/v1/imports", { path, name: dataset });
      await vi.waitFor(
        async () =>
          expect(await ask(`/v1/imports/${String(imported["importRequestId"])}`)).toMatchObject({
            state: "completed",
          }),
        PATIENCE,
      );
      const run = await ask("/v1/runs", { dataset, model: "net" });
      await vi.waitFor(
        async () =>
          expect(await ask(`/v1/runs/${String(run["runId"])}`)).toMatchObject({
            state: "completed",
            scored: images,
          }),
        PATIENCE,
      );
    }
    const { rows } = await database.pool.query(
      "select count(*) as facts, count(distinct logit) as logits from prediction",
    );
    // The same pictures twice: as many different numbers as pictures, at most.
    expect(rows).toEqual([{ facts: 2 * images, logits: expect.any(Number) as number }]);

    const apiPort = await metricsPort(api);
    const told = await (await fetch(`http://127.0.0.1:${apiPort}/metrics`)).text();
    expect(told).toMatch(/^hairline_queue_jobs\{queue="score-shard",state="waiting"\} 0$/m);
    for (const role of ROLES) {
      const port = await metricsPort(services[role]);
      await services[role].stop();
      expect(healthOf(services[role], port)).toBe(1);
    }
  },
);

test("a container that runs a single command counts as healthy", () => {
  const probe = spawnSync(process.execPath, ["infra/docker/healthcheck.mjs"], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"] },
  });
  expect(probe.status).toBe(0);
});
