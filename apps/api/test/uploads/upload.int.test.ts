import { openObjectStore } from "@hairline/core/storage";
import { startS3 } from "@hairline/core/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { image, pngHead } from "./images.ts";
import { openUploadSite } from "./upload-site.ts";
import { zipFile } from "./zip-file.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

async function locationOf(kind: "files" | "S3"): Promise<{ location?: string }> {
  if (kind === "files") return {};
  const { bucket, environment } = await startS3();
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return { location: `s3://${bucket}/site` };
}

describe.each(["files", "S3"] as const)("an upload onto %s", (kind) => {
  it("stores one image, many, and those of a ZIP, under keys made of what they hold", async () => {
    await using site = await openUploadSite(await locationOf(kind));
    const [one, two, three, four] = [
      await image(1),
      await image(2, "jpeg"),
      await image(3, "tiff"),
      await image(4),
    ];
    const first = await site.upload([["Müller^Hans.png", one]]);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ stored: 1, rejected: 0, upload: { state: "waiting", images: 1 } });
    const zip = zipFile([
      { name: "views/", bytes: Buffer.alloc(0) },
      { name: "views/c.bin", bytes: three },
      { name: "../../etc/cron.d/evil", bytes: four },
    ]);
    const second = await site.upload([
      ["two", two],
      ["archive.png", zip],
    ]);
    expect(second.body).toMatchObject({ stored: 3, upload: { images: 4 } });
    expect(second.body.files.map(({ name, zip: within }) => [name, within])).toEqual([
      ["two", null],
      ["views/c.bin", "archive.png"],
      ["../../etc/cron.d/evil", "archive.png"],
    ]);
    const { rows } = await site.database.pool.query<{
      root: string;
      object_key: string;
      byte_size: number;
      modified_at: Date;
    }>(
      "select root, object_key, byte_size, modified_at from image join dataset on dataset.id = dataset_id order by image.id",
    );
    const endings = rows.map(({ object_key: key }) => key.replace(/^1\/[0-9a-f]{64}\./, ""));
    expect(endings).toEqual(["png", "jpg", "tif", "png"]);
    const store = openObjectStore(rows[0]?.root ?? "");
    for (const { object_key, byte_size, modified_at } of rows)
      expect(await store.stat(object_key)).toMatchObject({ byteSize: byte_size, modifiedAt: modified_at });
    expect(Buffer.from(await store.get(rows[0]?.object_key ?? ""))).toEqual(one);
    expect(await site.objects()).toHaveLength(4);
    expect(await site.count("upload_draft")).toBe(0);
  });

  it("takes the same bytes as one view, however often and as whatever they are sent", async () => {
    await using site = await openUploadSite(await locationOf(kind));
    const bytes = await image(7);
    const [first] = (await site.upload([["a.png", bytes]])).body.files;
    const before = await site.objects();
    const again = await site.upload([
      ["b.jpg", bytes],
      ["c.zip", zipFile([{ name: "d", bytes }])],
    ]);
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ stored: 0, duplicates: 2, rejected: 0 });
    expect(again.body.files.map(({ imageId }) => imageId)).toEqual([first?.imageId, first?.imageId]);
    // Not written again either: the worker would take it for another file.
    expect(await site.objects()).toEqual(before);
    const both = await Promise.all([
      site.upload([["e", await image(8)]]),
      site.upload([["f", await image(8)]]),
    ]);
    expect(both.reduce((stored, { body }) => stored + body.stored, 0)).toBe(1);
    expect(await site.count("image")).toBe(2);
    expect(await site.objects()).toHaveLength(2);
  });

  it("keeps the good files and says of each other one why not", async () => {
    await using site = await openUploadSite({ ...(await locationOf(kind)), limits: { maxFiles: 20 } });
    const jpeg = await image(5, "jpeg");
    const good = await image(6);
    const sent = [
      ["good.txt", good, null],
      ["empty.png", Buffer.alloc(0), "IMAGE_EMPTY"],
      ["cut.jpg", jpeg.subarray(0, jpeg.length - 40), "IMAGE_TRUNCATED"],
      ["text.png", Buffer.from("no image at all"), "IMAGE_UNREADABLE"],
      ["moving.png", Buffer.from("GIF89a and so on"), "IMAGE_FORMAT_UNSUPPORTED"],
      ["huge.png", pngHead(50_000, 50_000), "IMAGE_TOO_LARGE"],
      ["heavy.png", Buffer.concat([good, Buffer.alloc(1024 ** 2)]), "IMAGE_TOO_LARGE"],
      ["bad.zip", Buffer.from("PK\x03\x04 and nothing more"), "ZIP_UNREADABLE"],
      [
        "crowd.zip",
        zipFile(Array.from({ length: 21 }, (_, n) => ({ name: `${n}`, bytes: good }))),
        "ZIP_TOO_LARGE",
      ],
      ["liar.zip", zipFile([{ name: "big", bytes: good, statedSize: 9 * 1024 ** 2 }]), "ZIP_TOO_LARGE"],
    ] as const;
    const { status, body } = await site.upload(sent.map(([name, bytes]) => [name, bytes]));
    expect(status).toBe(201);
    expect(body.files.map(({ name, code }) => [name, code])).toEqual(
      sent.map(([name, , code]) => [name, code]),
    );
    expect(body).toMatchObject({ stored: 1, duplicates: 0, rejected: 9 });
    expect(await site.count("image")).toBe(1);
    expect(await site.objects()).toHaveLength(1);
  });
});

describe("a ZIP", () => {
  it("has an outcome for each entry, whatever the others are", async () => {
    await using site = await openUploadSite({ limits: { maxFiles: 20, maxImageBytes: 3 * 1024 ** 2 } });
    const good = await image(9);
    const members = [
      [{ name: "/etc/passwd", bytes: good }, null],
      [{ name: "..\\..\\boot.ini", bytes: await image(10) }, null],
      [{ name: "bomb.png", bytes: Buffer.alloc(2 * 1024 ** 2) }, "ZIP_TOO_LARGE"],
      [
        { name: "more.png", bytes: Buffer.concat([good, Buffer.alloc(5000)]), statedSize: 100 },
        "ZIP_UNREADABLE",
      ],
      [{ name: "inner.zip", bytes: zipFile([{ name: "x", bytes: good }]) }, "ZIP_UNREADABLE"],
      [{ name: "locked.png", bytes: good, encrypted: true }, "ZIP_UNREADABLE"],
      [{ name: "flipped.png", bytes: good, statedCrc: 1 }, "ZIP_UNREADABLE"],
      [{ name: "notes.txt", bytes: Buffer.from("left wrist") }, "IMAGE_UNREADABLE"],
      [{ name: "none.png", bytes: Buffer.alloc(0) }, "IMAGE_EMPTY"],
      [{ name: "line\nbreak\u202egnp.png", bytes: await image(11) }, null],
    ] as const;
    const { body } = await site.upload([["z", zipFile(members.map(([member]) => member))]]);
    expect(body.files.map(({ code }) => code)).toEqual(members.map(([, code]) => code));
    expect(body.files.at(-1)?.name).toBe("line\ufffdbreak\ufffdgnp.png");
    expect(await site.count("image")).toBe(3);
  });

  it("that unpacks to too much altogether is refused before anything is unpacked", async () => {
    await using site = await openUploadSite({ limits: { maxUnpackedBytes: 1000 } });
    const bytes = await image(12);
    const members = Array.from({ length: 4 }, (_, n) => ({ name: `${n}`, bytes, statedSize: 300 }));
    const { status, body } = await site.upload([["z.zip", zipFile(members)]]);
    expect([status, body.stored]).toEqual([200, 0]);
    expect(body.files).toMatchObject([{ name: "z.zip", code: "ZIP_TOO_LARGE" }]);
    expect(await site.objects()).toEqual([]);
  });

  it("without entries is an upload of nothing", async () => {
    await using site = await openUploadSite();
    const { status, body } = await site.upload([["z.zip", zipFile([])]]);
    expect([status, body.files]).toEqual([200, []]);
  });
});
