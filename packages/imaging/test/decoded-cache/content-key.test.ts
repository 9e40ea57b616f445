import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { contentKey } from "../../src/decoded-cache/index.ts";

const MEBIBYTE = 1024 * 1024;

test.each([0, 1, MEBIBYTE, MEBIBYTE + 1, 3 * MEBIBYTE - 1])("hashes %i bytes whole", async (length) => {
  const bytes = Buffer.alloc(length, "radiograph");
  expect(await contentKey(bytes)).toBe(createHash("sha256").update(bytes).digest("base64url"));
});
