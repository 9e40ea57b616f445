import { readdirSync, readFileSync } from "node:fs";

import { Ajv, type ValidateFunction } from "ajv";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";

import { chartDigest } from "../../helm/chart-digest.mjs";
import { parseCompose, readComposeText, ROOT } from "../compose/compose-file.ts";

const HELM = `${ROOT}infra/helm/`;

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef: { readonly name: string } };
  }[];
  readonly securityContext: object;
  readonly resources: {
    readonly requests: object;
    readonly limits: Readonly<Record<string, string | number>>;
  };
  readonly livenessProbe?: object;
  readonly startupProbe?: object;
}

interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: object;
  readonly containers: readonly [Container];
  readonly nodeSelector?: object;
  readonly tolerations?: readonly object[];
  readonly terminationGracePeriodSeconds?: number;
}

interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly scaleTargetRef?: { readonly name: string };
    readonly template: { readonly metadata: Rendered["metadata"]; readonly spec: PodSpec };
  };
}

function readRendered(name: string): { header: string; objects: Rendered[] } {
  const text = readFileSync(`${HELM}rendered/${name}`, "utf8");
  const objects = parseAllDocuments(text)
    .map((document) => document.toJS() as Rendered | null)
    .filter((object) => object !== null);
  return { header: text.slice(0, text.indexOf("\n")), objects };
}

const strict = JSON.parse(readFileSync(`${ROOT}infra/test/fixtures/kubernetes.schema.json`, "utf8")) as {
  kinds: Record<string, object>;
  definitions: object;
};
const ajv = new Ajv({ allErrors: true, strict: false });
const validators = new Map<string, ValidateFunction>(
  Object.entries(strict.kinds).map(([kind, schema]) => [
    kind,
    ajv.compile({ ...schema, definitions: strict.definitions }),
  ]),
);

const CASES = readdirSync(`${HELM}cases`);
const pods = (objects: readonly Rendered[]) =>
  objects.filter(({ kind }) => kind === "Deployment" || kind === "Job").map(({ spec }) => spec.template.spec);

describe("the chart's values", () => {
  const schema = JSON.parse(readFileSync(`${HELM}hairline/values.schema.json`, "utf8")) as object;
  const validate = new Ajv({ allErrors: true, strict: false }).compile(schema);
  const defaults = parse(readFileSync(`${HELM}hairline/values.yaml`, "utf8")) as Record<string, object>;

  it("are valid as they come", () => {
    validate(defaults);
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each([
    ["a misspelled name", { ...defaults, replica: 1 }],
    ["a tag that moves", { ...defaults, image: { ...defaults["image"], tag: "latest" } }],
    ["a secret in plain text", { ...defaults, env: { AWS_SECRET_ACCESS_KEY: "x" } }],
    ["a mode that is none", { ...defaults, autoscaling: { ...defaults["autoscaling"], mode: "auto" } }],
  ])("refuse %s", (_name, values) => {
    expect(validate(values)).toBe(false);
  });
});

describe.each(CASES)("the chart rendered for %s", (name) => {
  const { header, objects } = readRendered(name);

  it("is what Helm made of this chart (npm run render --workspace @hairline/infra)", () => {
    expect(header).toContain(`chart ${chartDigest()}`);
  });

  it("has only fields that Kubernetes 1.37 and KEDA 2.21 know", () => {
    expect(objects.length).toBeGreaterThan(8);
    const faults = objects.map((object) => {
      const validate = validators.get(`${object.apiVersion}/${object.kind}`);
      const title = `${object.kind} ${object.metadata.name}`;
      if (validate === undefined) return `${title}: no schema`;
      return validate(object) ? undefined : `${title}: ${ajv.errorsText(validate.errors)}`;
    });
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  it("names each object once", () => {
    const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it("confines every pod, limits it, and takes its secrets from the Secret named", () => {
    for (const { automountServiceAccountToken, securityContext, containers } of pods(objects)) {
      const [container] = containers;
      expect(automountServiceAccountToken).toBe(false);
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      expect(container.resources.limits).toHaveProperty("memory");
      expect(container.resources.requests).toHaveProperty("cpu");
      expect(container.image).not.toMatch(/:latest$|^[^:@]+$/);
      for (const { name: variable, value, valueFrom } of container.env) {
        if (!/DATABASE_URL|REDIS_URL|ACCESS_KEY|SECRET|PASSWORD/.test(variable)) continue;
        expect(value).toBeUndefined();
        expect(valueFrom?.secretKeyRef.name).toMatch(/^hairline/);
      }
    }
  });

  it("runs the command lines of the compose file, each with probes", () => {
    const { services } = parseCompose(readComposeText());
    const commands = Object.values(services).map(({ command }) => command?.join(" "));
    for (const { containers } of pods(objects)) expect(commands).toContain(containers[0].args.join(" "));
    for (const deployment of objects.filter(({ kind }) => kind === "Deployment")) {
      const [container] = deployment.spec.template.spec.containers;
      expect(container).toMatchObject({
        livenessProbe: expect.any(Object),
        startupProbe: expect.any(Object),
      });
    }
  });

  it("selects its own pods, and disrupts one role at a time", () => {
    const deployments = objects.filter(({ kind }) => kind === "Deployment");
    for (const { spec } of deployments) {
      expect(spec.template.metadata.labels).toMatchObject(spec.selector?.matchLabels ?? { none: "none" });
    }
    const budgets = objects.filter(({ kind }) => kind === "PodDisruptionBudget");
    expect(budgets.map(({ metadata }) => metadata.name)).toEqual(
      deployments.map(({ metadata }) => metadata.name),
    );
  });
});

describe("the chart", () => {
  const byKind = (name: string, kind: string) =>
    readRendered(name).objects.filter((each) => each.kind === kind);
  const workers = (name: string) =>
    byKind(name, "Deployment").filter(({ metadata }) => metadata.name.includes("-worker-"));

  it.each([
    ["cluster.yaml", "ScaledObject", ["hairline-worker-cpu", "hairline-worker-gpu"]],
    ["hpa.yaml", "HorizontalPodAutoscaler", ["hairline-worker-cpu"]],
    ["small.yaml", "ScaledObject", []],
  ])("scales the pools of %s by %s", (name, kind, targets) => {
    expect(byKind(name, kind).map(({ spec }) => spec.scaleTargetRef?.name)).toEqual(targets);
    // A number of replicas beside an autoscaler would be put back by each upgrade.
    const scaled = targets.length > 0;
    for (const { spec } of workers(name)) expect(spec.replicas === undefined).toBe(scaled);
  });

  it("counts shards that wait at any priority, and those at work, when it scales", () => {
    for (const object of byKind("cluster.yaml", "ScaledObject")) {
      expect(JSON.stringify(object)).toContain("waiting|active");
    }
  });

  it("puts GPU workers on GPU nodes with one GPU each", () => {
    const gpu = workers("cluster.yaml").find(({ metadata }) => metadata.name.endsWith("-gpu"))?.spec.template
      .spec;
    expect(gpu).toMatchObject({
      nodeSelector: { "nvidia.com/gpu.present": "true" },
      tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
      runtimeClassName: "nvidia",
    });
    expect(gpu?.containers[0].resources.limits["nvidia.com/gpu"]).toBe(1);
    expect(gpu?.containers[0].env).toContainEqual({ name: "HAIRLINE_ENGINE", value: "cuda" });
  });

  it("lets nothing in but what is listed", () => {
    const [all, api] = byKind("small.yaml", "NetworkPolicy").map(({ spec }) => spec as object);
    expect(all).toMatchObject({ policyTypes: ["Ingress", "Egress"] });
    expect(all).not.toHaveProperty("ingress");
    expect(api).toMatchObject({ ingress: [{ ports: [{ port: "http", protocol: "TCP" }] }] });
    expect(byKind("hpa.yaml", "NetworkPolicy")).toEqual([]);
  });
});
