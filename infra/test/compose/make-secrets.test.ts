import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";

import { temporaryFolder } from "@hairline/core/testing";
import { expect, test } from "vitest";

import { readComposeText, requiredVariables, ROOT } from "./compose-file.ts";

const makeSecrets = (...args: string[]) =>
  spawnSync(process.execPath, [`${ROOT}infra/make-secrets.mjs`, ...args], { encoding: "utf8" });

test("make-secrets gives every variable the compose file requires, for its owner's eyes, and never twice", async () => {
  await using folder = await temporaryFolder();
  const file = `${folder.path}/.env`;
  expect(makeSecrets("--out", file, "--archive", "/data/my archives").status).toBe(0);

  const written = readFileSync(file, "utf8");
  const values = new Map(
    [...written.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
  expect(new Set(values.keys())).toEqual(requiredVariables(readComposeText()));
  expect(values.get("ARCHIVE")).toBe("'/data/my archives'");
  values.delete("ARCHIVE");
  for (const secret of values.values()) expect(secret).toMatch(/^[0-9A-Za-z]{20,}$/);
  expect(new Set(values.values()).size).toBe(values.size);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const again = makeSecrets("--out", file);
  expect(again.status).toBe(1);
  expect(again.stderr).toContain("left as it is");
  expect(readFileSync(file, "utf8")).toBe(written);
});

test("make-secrets refuses a folder whose name an .env file cannot hold", () => {
  expect(makeSecrets("--out", "/nonexistent/.env", "--archive", "/data/it's").status).toBe(2);
});
