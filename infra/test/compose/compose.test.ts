import { readFileSync } from "node:fs";

import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";

import { interpolate, parseCompose, readComposeText, ROOT, type Service } from "./compose-file.ts";

const text = readComposeText();
const compose = parseCompose(text);
const services = Object.entries(compose.services);
const isOurs = ({ image }: Service) => image.startsWith("hairline");

describe("docker-compose.yml", () => {
  it("is valid by the Compose Specification's schema", () => {
    const schema = JSON.parse(readFileSync(`${ROOT}infra/test/fixtures/compose-spec.json`, "utf8")) as object;
    const ajv = new Ajv2020({ allErrors: true, strict: false });
    addFormats.default(ajv);
    const validate = ajv.compile(schema);
    validate(compose);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ ...compose, services: { api: { image: "x", comand: [] } } })).toBe(false);
  });

  it("has every part of the stack", () => {
    expect(services.map(([name]) => name).toSorted()).toEqual(
      [
        ["api", "cli", "grafana", "migrate", "postgres", "prometheus"],
        ["redis", "s3", "scheduler", "worker-cpu", "worker-gpu"],
      ].flat(),
    );
  });

  it("publishes the API and Grafana on loopback and nothing else", () => {
    const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]));
    expect(published).toEqual([
      ["api", "127.0.0.1:${API_PORT:-8080}:8080"],
      ["grafana", "127.0.0.1:${GRAFANA_PORT:-3000}:3000"],
    ]);
    expect(compose.networks["backend"]?.internal).toBe(true);
    const outside = services.filter(([, { networks = [] }]) => networks.some((name) => name !== "backend"));
    expect(outside.map(([name]) => name)).toEqual(["api", "grafana"]);
  });

  it("keeps Redis's jobs on disk and never evicts one", () => {
    const command = compose.services["redis"]?.command?.join(" ");
    expect(command).toContain("--appendonly yes");
    expect(command).toContain("--maxmemory-policy noeviction");
  });

  it("waits for healthy servers and for the migration, which runs once", () => {
    for (const name of ["api", "scheduler", "worker-cpu", "worker-gpu"]) {
      expect(compose.services[name]?.depends_on).toMatchObject({
        migrate: { condition: "service_completed_successfully" },
        redis: { condition: "service_healthy" },
        s3: { condition: "service_healthy" },
      });
    }
    expect(compose.services["migrate"]?.restart).toBe("no");
    expect(compose.services["migrate"]?.depends_on?.["postgres"]?.condition).toBe("service_healthy");
  });
});

describe.each(services)("the service %s", (name, service) => {
  it("has an image of one version", () => {
    const tag = interpolate(service.image, {}).split("/").at(-1)?.split(":")[1];
    expect(tag).toMatch(/^v?\d+\.\d+/);
  });

  it("runs as a user that is not root, without capabilities, on a file system it cannot write", () => {
    expect(service.user).toMatch(/^[1-9]\d*:\d+$/);
    expect(service.cap_drop).toEqual(["ALL"]);
    expect(service.cap_add ?? []).toEqual([]);
    expect(service.privileged ?? false).toBe(false);
    expect(service.security_opt).toContain("no-new-privileges:true");
    expect(service.read_only).toBe(true);
    expect(service.tmpfs?.[0]).toMatch(/^\/tmp:size=\d+m,/);
  });

  it("is limited in processor, memory and processes", () => {
    expect(Number(interpolate(String(service.cpus), {}))).toBeGreaterThan(0);
    expect(interpolate(service.mem_limit ?? "", {})).toMatch(/^\d+[mg]$/);
    expect(service.pids_limit).toBeGreaterThan(0);
  });

  it("says whether it works, unless it ends by itself", () => {
    const endsByItself = name === "migrate" || name === "cli";
    expect(service.healthcheck?.disable ?? false).toBe(endsByItself);
    expect(service.healthcheck?.test?.[0]).toBe(endsByItself ? undefined : "CMD");
  });

  it("takes every secret from the outside", () => {
    const secrets = Object.entries(service.environment ?? {}).filter(([key]) =>
      /PASSWORD|SECRET|ACCESS_KEY|AUTH$|DATABASE_URL|REDIS_URL/.test(key),
    );
    for (const [, value] of secrets) expect(value).toMatch(/\$\{\w+:\?/);
    expect(service.command?.join(" ") ?? "").not.toMatch(/--requirepass (?!\$\{\w+:\?)/);
  });

  it("mounts archives and settings read-only", () => {
    // A target alone is scratch: a volume of this container, gone with it.
    const mounts = (service.volumes ?? []).filter((volume) => volume.includes(":"));
    const binds = mounts.filter((volume) => /^[./$]/.test(volume));
    for (const bind of binds) expect(bind).toMatch(/:ro$/);
    const named = mounts.filter((volume) => !binds.includes(volume));
    for (const volume of named) expect(Object.keys(compose.volumes)).toContain(volume.split(":")[0]);
  });
});

describe.each(services.filter(([name, service]) => isOurs(service) && name !== "s3"))(
  "the role %s",
  (_name, role) => {
    it("is told where the database, the store and its own home are", () => {
      expect(role.environment).toMatchObject({
        DATABASE_URL: expect.stringContaining("@postgres:5432/") as string,
        HAIRLINE_HOME: "/work",
        HAIRLINE_OBJECTS: "s3://hairline/objects",
        HAIRLINE_S3_ENDPOINT: "http://s3:7070",
      });
    });
  },
);
