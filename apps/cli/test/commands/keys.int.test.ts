import { findApiKey } from "@hairline/core/access";
import { expect, test } from "vitest";
import { registerKeys } from "../../src/commands/keys.ts";
import { openBench } from "./bench.ts";

test("a key is shown once, listed without its secret, and revoked", async () => {
  await using bench = await openBench(registerKeys);
  const { stdout, stderr } = await bench.hairline(
    "keys",
    "create",
    "--name",
    "nightly",
    "--scope",
    "score",
    "review",
    "--expires",
    "90d",
  );
  const key = stdout.trim();
  expect(key).toMatch(/^hlk_[a-z2-7]{10}_[\w-]{43}$/);
  expect(stderr).toContain("shown only now");
  expect(await findApiKey(bench.database, key)).toMatchObject({ scopes: ["score", "review"] });
  const listed = await bench.hairline("keys", "list", "--json");
  expect(JSON.parse(listed.stdout)).toMatchObject([{ name: "nightly", state: "active" }]);
  expect(listed.stdout).not.toContain(key.slice(-43));
  await bench.hairline("keys", "revoke", "nightly");
  expect((await bench.hairline("keys", "list")).stdout).toContain("revoked");
});

test.each([
  ["--scope", "root"],
  ["--scope", "read", "--expires", "soon"],
  ["--scope", "read", "--expires", "2026-99-99"],
])("refuses %s %s %s %s", async (...options) => {
  await using bench = await openBench(registerKeys);
  await expect(bench.hairline("keys", "create", "--name", "x", ...options)).rejects.toMatchObject({
    code: "commander.invalidArgument",
  });
});
