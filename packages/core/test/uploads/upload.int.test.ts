import { createHash, randomUUID } from "node:crypto";
import type { Database } from "@hairline/core/db";
import { openFilesystemStore, type ObjectStore } from "@hairline/core/storage";
import { createTestDatabase, temporaryFolder } from "@hairline/core/testing";
import {
  abandonUpload,
  commitUpload,
  createUploadDataset,
  openUploadedStudy,
  placeImage,
  readUploadTarget,
  removeAbandonedUploads,
} from "@hairline/core/uploads";
import { expect, test } from "vitest";

/** A study for uploads, and what to place images into it with. */
async function openSite() {
  const database: Database = await createTestDatabase();
  const folder = await temporaryFolder();
  const { rows } = await database.pool.query<{ id: number }>(
    "insert into model (name, kind, alphas) values ('net', 'external', '{}') returning id",
  );
  const modelId = rows[0]?.id ?? 0;
  await createUploadDataset(database, { name: "inbox", location: folder.path, modelId, by: "test" });
  const { studyId } = await openUploadedStudy(database, { dataset: "inbox", studyKey: "exam", by: "test" });
  const target = await readUploadTarget(database, studyId);
  const store = openFilesystemStore(target.root);
  return {
    database,
    target,
    abandoning: { database, openStore: openFilesystemStore },
    async place(uploadId: string, text: string, into: ObjectStore = store) {
      const bytes = Buffer.from(text);
      const sha256 = createHash("sha256").update(bytes).digest();
      return placeImage({ database, store: into, target, uploadId }, { bytes, sha256, extension: "png" });
    },
    async objects(): Promise<number> {
      let count = 0;
      for await (const _ of store.list("")) count += 1;
      return count;
    },
    async [Symbol.asyncDispose]() {
      await database.close();
      await folder[Symbol.asyncDispose]();
    },
    store,
  };
}

const none = { duplicates: 0, rejected: 0 };

test("an object that two uploads brought is stored once, and kept when one of them comes to nothing", async () => {
  await using site = await openSite();
  let puts = 0;
  const counting: ObjectStore = {
    ...site.store,
    put: (key, bytes) => {
      puts += 1;
      return site.store.put(key, bytes);
    },
  };
  const [first, second] = [randomUUID(), randomUUID()];
  const [a, b] = await Promise.all([site.place(first, "x", counting), site.place(second, "x", counting)]);
  expect(puts).toBe(1);
  expect(a?.stat).toEqual(b?.stat);
  expect(await site.place(first, "x")).toBeUndefined();
  expect(await abandonUpload(site.abandoning, first)).toBe(0);
  const { database, target } = site;
  const placed = b === undefined ? [] : [b];
  const stored = await commitUpload(database, { target, uploadId: second, placed, ...none });
  expect(stored.size).toBe(1);
  expect(await site.place(randomUUID(), "x")).toBeUndefined();
  expect(await site.objects()).toBe(1);
});

test("an upload is not committed after its files were cleaned up, nor into a study that is gone", async () => {
  await using site = await openSite();
  const { database, target } = site;
  const late = randomUUID();
  const placed = [await site.place(late, "x")].filter((image) => image !== undefined);
  expect(await removeAbandonedUploads(site.abandoning, 0)).toEqual({ objects: 1 });
  const commit = commitUpload(database, { target, uploadId: late, placed, ...none });
  await expect(commit).rejects.toMatchObject({ code: "INTERNAL" });

  const orphaned = randomUUID();
  const again = [await site.place(orphaned, "x")].filter((image) => image !== undefined);
  await database.pool.query("delete from dataset");
  const gone = commitUpload(database, { target, uploadId: orphaned, placed: again, ...none });
  await expect(gone).rejects.toMatchObject({ code: "STUDY_NOT_FOUND" });
  expect(await site.objects()).toBe(1);
  // The note of the object outlives its study.
  expect(await abandonUpload(site.abandoning, orphaned)).toBe(1);
  expect(await site.objects()).toBe(0);
});
