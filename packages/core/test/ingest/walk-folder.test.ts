import { temporaryFolder } from "@hairline/core/testing";
import { unlabelledImage } from "@hairline/core/study";
import { expect, test } from "vitest";
import type { ArchiveEntry } from "../../src/ingest/archive-entry.ts";
import { walkFolder } from "../../src/ingest/walk-folder.ts";

test("a folder that cannot be read is one rejection, not the end of the walk", async () => {
  await using folder = await temporaryFolder();
  const walk = { root: folder.path, folder: "removed/meanwhile", recordOf: unlabelledImage };
  const entries: ArchiveEntry[] = [];
  for await (const chunk of walkFolder(walk)) entries.push(...chunk);
  expect(entries).toEqual([
    {
      kind: "rejected",
      rejection: {
        code: "ARCHIVE_NOT_FOUND",
        message: "the folder removed/meanwhile cannot be read (ENOENT)",
        objectKey: "removed/meanwhile",
        line: null,
      },
    },
  ]);
});
