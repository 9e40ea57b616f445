import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { Counter, Gauge, Registry } from "../src/metrics/index.ts";
import { startProbeServer, type ProbeServer, type ReadinessChecks } from "../src/probes/index.ts";

const log = pino({ level: "silent" });
const opened: ProbeServer[] = [];

async function start(registry: Registry, checks: ReadinessChecks = {}): Promise<ProbeServer> {
  const server = await startProbeServer({ host: "127.0.0.1", port: 0, registry, checks, log });
  opened.push(server);
  return server;
}

const get = ({ port }: ProbeServer, path: string, method = "GET") =>
  fetch(`http://127.0.0.1:${port}${path}`, { method });

describe("the probe server", () => {
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((server) => server.close()));
  });

  it("serves the registry's metrics as Prometheus text", async () => {
    const registry = new Registry();
    new Counter({ name: "done_total", help: "Done.", registers: [registry] }).inc(3);
    const answer = await get(await start(registry), "/metrics?ignored=1");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toContain("text/plain; version=0.0.4");
    expect(await answer.text()).toContain("\ndone_total 3\n");
  });

  it("stays healthy while what it needs is away, and says what", async () => {
    let gone = true;
    const server = await start(new Registry(), {
      database: async () => 1,
      queue: () => (gone ? Promise.reject(new Error("redis://secret@host")) : Promise.resolve()),
    });
    expect((await get(server, "/healthz")).status).toBe(200);
    const unready = await get(server, "/readyz");
    expect([unready.status, await unready.json()]).toEqual([503, { status: "unready", failing: ["queue"] }]);
    gone = false;
    const ready = await get(server, "/readyz");
    expect([ready.status, await ready.json()]).toEqual([200, { status: "ready" }]);
  });

  it.each([
    ["GET", "/", 404],
    ["GET", "/metrics/", 404],
    ["POST", "/metrics", 405],
    ["DELETE", "/healthz", 405],
  ])("answers %s %s with %i", async (method, path, status) => {
    expect((await get(await start(new Registry()), path, method)).status).toBe(status);
  });

  it("answers 500 without the reason when a metric cannot be read", async () => {
    const registry = new Registry();
    const collect = () => Promise.reject(new Error("secret"));
    registry.registerMetric(new Gauge({ name: "broken", help: "Broken.", registers: [], collect }));
    const answer = await get(await start(registry), "/metrics");
    expect([answer.status, await answer.text()]).toEqual([500, "The metrics could not be read.\n"]);
  });

  it("says which setting is wrong when the port is taken", async () => {
    const { port } = await start(new Registry());
    const second = startProbeServer({ host: "127.0.0.1", port, registry: new Registry(), checks: {}, log });
    await expect(second).rejects.toMatchObject({ code: "BAD_CONFIG", field: "HAIRLINE_METRICS_PORT" });
  });
});
