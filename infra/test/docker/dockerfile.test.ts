import { existsSync, readdirSync, readFileSync } from "node:fs";

import { DockerfileParser, type Dockerfile } from "dockerfile-ast";
import { describe, expect, it } from "vitest";

import { ROOT } from "../compose/compose-file.ts";

const FILES = ["infra/docker/Dockerfile", "infra/docker/s3.Dockerfile"];
const parse = (file: string): Dockerfile => DockerfileParser.parse(readFileSync(`${ROOT}${file}`, "utf8"));

/** Instructions of the stages that become images, the others being thrown away. */
function shippedStages(dockerfile: Dockerfile) {
  const instructions = dockerfile.getInstructions();
  const starts = instructions.flatMap((one, index) => (one.getKeyword() === "FROM" ? [index] : []));
  const stages = starts.map((start, index) => instructions.slice(start, starts[index + 1]));
  return stages.filter((stage) => !/\bAS build/.test(stage[0]?.getArgumentsContent() ?? ""));
}

describe.each(FILES)("%s", (file) => {
  const dockerfile = parse(file);
  const instructions = dockerfile.getInstructions();
  const stages = shippedStages(dockerfile);

  it("starts from images of one version", () => {
    const names = new Set(dockerfile.getFROMs().map((from) => from.getBuildStage()));
    const given = instructions.filter((one) => one.getKeyword() === "ARG");
    const bases = [
      ...given.map((one) => one.getArgumentsContent()?.split("=")[1] ?? ""),
      ...dockerfile.getFROMs().map((from) => from.getImage() ?? ""),
    ].filter((image) => !image.startsWith("${") && !names.has(image));
    expect(bases.length).toBeGreaterThan(0);
    for (const base of bases) expect(base).toMatch(/:v?\d+\.\d+\.\d+/);
  });

  it("ends each image as a numeric user that is not root, with a probe or a word on it", () => {
    expect(stages.length).toBeGreaterThan(0);
    for (const stage of stages) {
      const last = (keyword: string) => stage.findLast((one) => one.getKeyword() === keyword);
      expect(last("USER")?.getArgumentsContent()).toMatch(/^[1-9]\d*:[1-9]\d*$/);
      expect(last("HEALTHCHECK")).toBeDefined();
      expect(last("CMD")?.getArgumentsContent()).toMatch(/^\[/);
    }
  });

  it("installs pinned packages, leaves no lists behind and fetches nothing by ADD", () => {
    expect(instructions.filter((one) => one.getKeyword() === "ADD")).toEqual([]);
    for (const run of instructions.filter((one) => one.getKeyword() === "RUN")) {
      const command = run.getArgumentsContent() ?? "";
      if (!command.includes("apt-get install")) continue;
      expect(command).toContain("--no-install-recommends");
      expect(command).toContain("rm -rf /var/lib/apt/lists/*");
      expect(command).toMatch(/'[a-z0-9-]+=[^']+'/);
    }
  });

  it("carries no secret", () => {
    for (const one of instructions.filter((each) => ["ARG", "ENV"].includes(each.getKeyword()))) {
      expect(one.getArgumentsContent()).not.toMatch(/PASSWORD|SECRET|TOKEN|_KEY|DATABASE_URL/);
    }
  });
});

describe("infra/docker/Dockerfile", () => {
  const dockerfile = parse("infra/docker/Dockerfile");
  const copiedFromCheckout = dockerfile
    .getCOPYs()
    .filter((copy) => !copy.getFlags().some((flag) => flag.getName() === "from"))
    .map((copy) => copy.getArgumentsContent() ?? "");
  const commands = (keyword: string) =>
    dockerfile
      .getInstructions()
      .filter((one) => one.getKeyword() === keyword)
      .map((one) => one.getArgumentsContent() ?? "");

  it("copies the manifest of every workspace before it installs", () => {
    const { workspaces } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as {
      workspaces: string[];
    };
    const manifests = workspaces
      .flatMap((pattern) =>
        pattern.endsWith("/*")
          ? readdirSync(`${ROOT}${pattern.slice(0, -2)}`).map((name) => pattern.replace("*", name))
          : [pattern],
      )
      .map((folder) => `${folder}/package.json`)
      .filter((manifest) => existsSync(`${ROOT}${manifest}`));
    expect(manifests.length).toBeGreaterThan(8);
    for (const manifest of manifests) {
      expect(copiedFromCheckout).toContain(`${manifest} ${manifest.replace("package.json", "")}`);
    }
    const install = commands("RUN").findIndex((command) => command.includes("npm ci"));
    const build = commands("RUN").findIndex((command) => command.includes("npm run build"));
    expect(install).toBeGreaterThanOrEqual(0);
    expect(build).toBeGreaterThan(install);
    expect(commands("RUN")[build]).toContain("npm prune --omit=dev");
  });

  it("copies and runs files that exist", () => {
    const sources = copiedFromCheckout.flatMap((copy) => copy.split(" ").slice(0, -1));
    expect(sources.filter((source) => !existsSync(`${ROOT}${source}`))).toEqual([]);
    expect(existsSync(`${ROOT}apps/cli/bin/hairline.js`)).toBe(true);
    expect(existsSync(`${ROOT}infra/docker/healthcheck.mjs`)).toBe(true);
    expect(existsSync(`${ROOT}node_modules/onnxruntime-node/bin/napi-v6/linux/x64`)).toBe(true);
    expect(existsSync(`${ROOT}node_modules/onnxruntime-node/script/install.js`)).toBe(true);
  });

  it("keeps secrets, builds and history of the checkout out of the image", () => {
    const ignored = readFileSync(`${ROOT}.dockerignore`, "utf8").trim().split("\n");
    expect(ignored).toEqual(
      expect.arrayContaining([".git", ".env", "**/node_modules", "**/dist", "**/.hairline"]),
    );
  });
});
