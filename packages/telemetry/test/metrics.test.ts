import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import {
  collectGpuMemory,
  createRegistry,
  freshFor,
  parseGpuMemory,
  readingGauge,
  Registry,
} from "../src/metrics/index.ts";

const ROOT = new URL("../../../", import.meta.url);

async function documentedNames(heading?: string): Promise<string[]> {
  const text = await readFile(new URL("docs/METRICS.md", ROOT), "utf8");
  const section =
    heading === undefined ? text : (text.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "");
  return [...section.matchAll(/^\| `([a-z0-9_]+)`/gm)].map((match) => match[1] ?? "");
}

const namesOf = (registry: Registry) => registry.getMetricsAsArray().map(({ name }) => name);

describe("a process's registry", () => {
  it("has only metrics that docs/METRICS.md lists for every process", async () => {
    const documented = new Set(await documentedNames("Of every process"));
    const names = namesOf(createRegistry({ role: "api", version: "1.2.3" }));
    expect(names).toContain("nodejs_eventloop_lag_p99_seconds");
    expect(names.filter((name) => !documented.has(name))).toEqual([]);
  });

  it("tells its role and release", async () => {
    const text = await createRegistry({ role: "api", version: "1.2.3" }).metrics();
    expect(text).toContain('hairline_build_info{role="api",version="1.2.3"} 1');
  });

  it("can be made again in one process", () => {
    const names = () => namesOf(createRegistry({ role: "api", version: "1" }));
    expect(names()).toEqual(names());
  });
});

describe("rules and dashboard", () => {
  it.each(["infra/prometheus/rules/hairline.yml", "infra/grafana/dashboards/hairline.json"])(
    "name only metrics that docs/METRICS.md lists: %s",
    async (file) => {
      const documented = new Set(await documentedNames());
      const text = await readFile(new URL(file, ROOT), "utf8");
      const named = new Set(text.match(/\b(hairline|process|nodejs)_[a-z0-9_]+/g) ?? []);
      expect(named.size).toBeGreaterThan(10);
      const unknown = [...named].filter(
        (name) => !documented.has(name) && !documented.has(name.replace(/_(bucket|sum|count)$/, "")),
      );
      expect(unknown).toEqual([]);
    },
  );
});

describe("GPU memory", () => {
  it.each([
    // As nvidia-smi 535 prints it, in MiB.
    ["0, 1234, 81559\n", [{ gpu: "0", usedBytes: 1234 * 1048576, totalBytes: 81559 * 1048576 }]],
    ["0, [N/A], [N/A]\n1, 0, 16376\n", [{ gpu: "1", usedBytes: 0, totalBytes: 16376 * 1048576 }]],
    ["No devices were found\n", []],
    ["", []],
  ])("is read from %j", (csv, expected) => {
    expect(parseGpuMemory(csv)).toEqual(expected);
  });

  it("has the names of docs/METRICS.md, and no series while nvidia-smi says nothing", async () => {
    const registry = new Registry();
    collectGpuMemory(registry, async () => []);
    expect(namesOf(registry).toSorted()).toEqual((await documentedNames("Of a GPU")).toSorted());
    expect(await registry.metrics()).not.toMatch(/^hairline/m);
  });

  it("is told of each GPU by one question a scrape", async () => {
    const registry = new Registry();
    let asked = 0;
    collectGpuMemory(registry, async () => {
      asked += 1;
      return [{ gpu: "1", usedBytes: 5, totalBytes: 7 }];
    });
    const text = await registry.metrics();
    expect(text).toContain('hairline_gpu_memory_used_bytes{gpu="1"} 5');
    expect(text).toContain('hairline_gpu_memory_total_bytes{gpu="1"} 7');
    expect(asked).toBe(1);
  });
});

describe("a reading", () => {
  it("has no series while there is none, rather than a zero or the last one", async () => {
    const registry = new Registry();
    let reading: number | undefined;
    const fill = (gauge: { set: (value: number) => void }, value: number) => gauge.set(value);
    readingGauge({ registry, name: "open_shards", help: "Open.", read: async () => reading, fill });
    const series = async () => (await registry.metrics()).match(/^open_shards .*/m)?.[0];
    expect(await series()).toBeUndefined();
    reading = 4;
    expect(await series()).toBe("open_shards 4");
    reading = undefined;
    expect(await series()).toBeUndefined();
  });

  it("is shared while it is fresh or under way, and taken anew after", async () => {
    let reads = 0;
    const fresh = freshFor(60_000, async () => (reads += 1));
    expect(await Promise.all([fresh(), fresh()])).toEqual([1, 1]);
    expect(await fresh()).toBe(1);
    const stale = freshFor(-1, async () => (reads += 1));
    const [first, joined] = [stale(), stale()];
    expect(await Promise.all([first, joined])).toEqual([2, 2]);
    expect(await stale()).toBe(3);
  });
});
