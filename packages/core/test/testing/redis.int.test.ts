import { startRedis } from "@hairline/core/testing";
import { Redis } from "ioredis";
import { expect, test } from "vitest";

function connect(url: string): Redis & AsyncDisposable {
  const client = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null, lazyConnect: true });
  client.on("error", () => undefined);
  return Object.assign(client, { [Symbol.asyncDispose]: async () => client.disconnect() });
}

test("starts a server of version 6.2 or newer", async () => {
  await using redis = await startRedis();
  await using client = connect(redis.url);
  const [major = 0, minor = 0] = redis.version.split(".").map(Number);
  expect(major * 100 + minor).toBeGreaterThanOrEqual(602);
  expect(await client.ping()).toBe("PONG");
  expect(await client.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
});

test("gives concurrent callers servers of their own", async () => {
  const servers = await Promise.all([startRedis(), startRedis(), startRedis()]);
  expect(new Set(servers.map(({ url }) => url)).size).toBe(3);
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
});

test.for([
  { appendOnly: true, kept: "1" },
  { appendOnly: false, kept: null },
])("after a kill a restart with appendOnly $appendOnly finds $kept", async ({ appendOnly, kept }) => {
  await using redis = await startRedis({ appendOnly });
  await using before = connect(redis.url);
  await before.set("key", "1");
  await redis.kill();
  await using refused = connect(redis.url);
  await expect(refused.connect()).rejects.toThrow("Connection is closed");
  await redis.restart();
  await using after = connect(redis.url);
  expect(await after.get("key")).toBe(kept);
});
