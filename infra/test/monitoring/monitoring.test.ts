import { readdirSync, readFileSync } from "node:fs";

import { parser } from "@prometheus-io/lezer-promql";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { parseCompose, readComposeText, ROOT } from "../compose/compose-file.ts";

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly gridPos: { readonly x: number; readonly w: number };
    readonly datasource?: { readonly uid: string };
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly labels: { readonly severity: string };
      readonly annotations: { readonly summary: string; readonly remedy: string };
    }[];
  }[];
}

const readYaml = (path: string): unknown => parse(readFileSync(`${ROOT}infra/${path}`, "utf8"));
const dashboard = JSON.parse(
  readFileSync(`${ROOT}infra/grafana/dashboards/hairline.json`, "utf8"),
) as Dashboard;
const rules = (readYaml("prometheus/rules/hairline.yml") as Rules).groups.flatMap((group) => group.rules);
const charted = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const values = readYaml("helm/hairline/values.yaml") as { autoscaling: { query: string } };
const queries = [...rules.map(({ expr }) => expr), ...charted, values.autoscaling.query];

/** Names of the metrics that the sources of the roles declare. */
function declaredMetrics(): Set<string> {
  const folders = ["apps", "packages"].flatMap((group) =>
    readdirSync(`${ROOT}${group}`).map((name) => `${ROOT}${group}/${name}/src`),
  );
  const files = folders.flatMap((folder) => {
    try {
      return readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => /metrics\.ts$|registry\.ts$|gpu-memory\.ts$/.test(name))
        .map((name) => `${folder}/${name}`);
    } catch {
      return [];
    }
  });
  const text = files.map((file) => readFileSync(file, "utf8")).join("\n");
  return new Set([...text.matchAll(/"(hairline_[a-z_]+)"/g)].map(([, name = ""]) => name));
}

/** Offsets of what PromQL's grammar does not take. */
function syntaxErrors(query: string): number[] {
  const errors: number[] = [];
  // Grafana fills its own interval in.
  parser.parse(query.replaceAll("$__rate_interval", "1m")).iterate({
    enter: (node) => {
      if (node.type.isError) errors.push(node.from);
    },
  });
  return errors;
}

describe("alerts and dashboard", () => {
  it.each(queries)("asks in PromQL: %s", (query) => {
    expect(syntaxErrors(query)).toEqual([]);
  });

  it("asks only for metrics that a role declares", () => {
    const declared = declaredMetrics();
    const asked = queries.flatMap((query) => query.match(/hairline_[a-z_]+/g) ?? []);
    expect(asked.length).toBeGreaterThan(30);
    const unknown = asked.filter((name) => !declared.has(name.replace(/_(bucket|sum|count)$/, "")));
    expect(unknown).toEqual([]);
  });

  it("finds a fault in a query that has one", () => {
    expect(syntaxErrors("sum(rate(x[5m])")).not.toEqual([]);
  });

  it("names each alert once, with how grave it is and what to do", () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { labels, annotations } of rules) {
      expect(["warning", "critical"]).toContain(labels.severity);
      expect(annotations.summary.length).toBeGreaterThan(10);
      expect(annotations.remedy.length).toBeGreaterThan(10);
    }
  });

  it("lays out panels that have ids of their own and stay on the page", () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });

  it("scrapes every role where the compose file serves metrics, from the source the dashboard names", () => {
    const { services } = parseCompose(readComposeText());
    const serving = Object.entries(services).filter(
      ([, { environment }]) => environment?.["HAIRLINE_METRICS_PORT"],
    );
    const { scrape_configs: jobs } = readYaml("prometheus/prometheus.yml") as {
      scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[];
    };
    const scraped = jobs.flatMap((job) => job.dns_sd_configs);
    expect(scraped.flatMap(({ names }) => names).toSorted()).toEqual(
      serving.map(([name]) => name).toSorted(),
    );
    for (const { port } of scraped) expect(port).toBe(9464);
    const { datasources } = readYaml("grafana/provisioning/datasources/prometheus.yml") as {
      datasources: { uid: string; url: string }[];
    };
    expect(datasources.map(({ uid, url }) => [uid, url])).toEqual([["prometheus", "http://prometheus:9090"]]);
    const sources = new Set(dashboard.panels.flatMap(({ datasource }) => datasource?.uid ?? []));
    expect([...sources]).toEqual(["prometheus"]);
  });
});
