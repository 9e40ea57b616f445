import { connect, type Socket } from "node:net";
import { HairlineError } from "@hairline/core/errors";
import { openObjectStore, type ObjectStore } from "@hairline/core/storage";
import { startS3 } from "@hairline/core/testing";
import { removeAbandonedUploads } from "@hairline/core/uploads";
import { afterEach, describe, expect, it, vi } from "vitest";
import { image } from "./images.ts";
import { openUploadSite, type UploadSite } from "./upload-site.ts";

const PATIENCE = { timeout: 60_000, interval: 20 };

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Begins an upload that has a whole file and half of another, and leaves it there. */
async function beginUpload(site: UploadSite): Promise<Socket> {
  const part = (name: string) =>
    `--b\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: image/png\r\n\r\n`;
  const [whole, half] = [await image(1), (await image(2)).subarray(0, 40)];
  const socket = connect(site.port, "127.0.0.1");
  const headers = [
    `POST /v1/studies/${site.studyId}/images HTTP/1.1`,
    "host: 127.0.0.1",
    `authorization: ${site.authorization}`,
    "content-type: multipart/form-data; boundary=b",
    "content-length: 100000",
  ];
  socket.write(`${headers.join("\r\n")}\r\n\r\n`);
  socket.write(Buffer.concat([Buffer.from(part("a")), whole, Buffer.from(`\r\n${part("b")}`), half]));
  return socket;
}

/** What comes until the connection is closed. */
function answerOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString())).once("close", () => resolve(text));
  });
}

async function requireNothing(site: UploadSite): Promise<void> {
  await expect.poll(() => site.count("upload_draft"), PATIENCE).toBe(0);
  expect(await site.objects()).toEqual([]);
  expect([await site.count("image"), await site.count("study_timer")]).toEqual([0, 0]);
}

describe.each(["files", "S3"])("an upload that breaks off, on %s,", (kind) => {
  it("leaves no row and no object", async () => {
    const s3 = kind === "S3" ? await startS3() : undefined;
    for (const [name, value] of Object.entries(s3?.environment ?? {})) vi.stubEnv(name, value);
    await using site = await openUploadSite(s3 === undefined ? {} : { location: `s3://${s3.bucket}` });
    const socket = await beginUpload(site);
    await expect.poll(() => site.objects(), PATIENCE).toHaveLength(1);
    socket.destroy();
    await requireNothing(site);
  });
});

it("is given up when its client falls silent", async () => {
  await using site = await openUploadSite({ limits: { stallMs: 300 } });
  const socket = await beginUpload(site);
  const answer = await answerOf(socket);
  expect(answer).toContain("HTTP/1.1 408");
  expect(answer).toContain('"code":"REQUEST_TIMEOUT"');
  await requireNothing(site);
});

it("is given up when the server stops, which does not wait for it", async () => {
  await using site = await openUploadSite();
  const socket = await beginUpload(site);
  await expect.poll(() => site.objects(), PATIENCE).toHaveLength(1);
  const answered = answerOf(socket);
  await site.server.close();
  const answer = await answered;
  expect(answer).toContain("HTTP/1.1 503");
  expect(answer).toContain('"code":"INTERRUPTED"');
  await requireNothing(site);
});

it("is given up when it takes too long, however busy its client", async () => {
  await using site = await openUploadSite({ limits: { totalMs: 300 } });
  const socket = await beginUpload(site);
  const drip = setInterval(() => socket.write("x"), 20);
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.once("close", resolve));
  clearInterval(drip);
  await requireNothing(site);
  expect(await site.count("image")).toBe(0);
});

/** A store of files that fails as told. */
function failing(fault: { put?: HairlineError; delete?: HairlineError }, after: number) {
  let puts = 0;
  return (root: string): ObjectStore => {
    const store = openObjectStore(root);
    return {
      ...store,
      put: async (key, bytes) => {
        puts += 1;
        if (puts > after && fault.put !== undefined) throw fault.put;
        await store.put(key, bytes);
      },
      delete: async (key) => {
        if (fault.delete !== undefined) throw fault.delete;
        await store.delete(key);
      },
    };
  };
}

describe("a store", () => {
  it.each([
    ["STORE_FULL", 507],
    ["STORE_UNAVAILABLE", 503],
  ] as const)("that fails with %s ends the upload with %s, and nothing of it stays", async (code, status) => {
    const openStore = failing({ put: new HairlineError(code, "s3://secret/place") }, 1);
    await using site = await openUploadSite({ openStore });
    const refused = await site.upload([
      ["a", await image(1)],
      ["b", await image(2)],
    ]);
    expect([refused.status, refused.body.code]).toEqual([status, code]);
    expect(JSON.stringify(refused.body)).not.toContain("secret");
    await requireNothing(site);
  });

  it("that cannot even delete is cleaned up later, without what others need", async () => {
    const fault: { put?: HairlineError; delete?: HairlineError } = {
      put: new HairlineError("STORE_UNAVAILABLE", "down"),
      delete: new HairlineError("STORE_UNAVAILABLE", "down"),
    };
    const openStore = failing(fault, 2);
    await using site = await openUploadSite({ openStore });
    const [one, two, three] = [await image(1), await image(2), await image(3)];
    const sent = [
      ["a", one],
      ["b", two],
      ["c", three],
    ] as const;
    expect((await site.upload(sent)).status).toBe(503);
    expect([await site.objects(), await site.count("upload_draft")]).toEqual([
      [expect.anything(), expect.anything()],
      3,
    ]);
    delete fault.put;
    delete fault.delete;
    expect((await site.upload([["a", one]])).body.stored).toBe(1);
    const abandoning = { database: site.database, openStore: openObjectStore };
    expect(await removeAbandonedUploads(abandoning, 3_600_000)).toEqual({ objects: 0 });
    expect(await site.count("upload_draft")).toBe(3);
    expect(await removeAbandonedUploads(abandoning, 0)).toEqual({ objects: 2 });
    expect(await site.count("upload_draft")).toBe(0);
    expect(await site.objects()).toHaveLength(1);
    expect((await site.upload([["a", one]])).body.duplicates).toBe(1);
  });
});

describe("an upload is refused as a whole", () => {
  it.each([
    ["for too many files", { maxFiles: 2 }, 413, "REQUEST_TOO_LARGE"],
    ["for too many bytes", { maxBytes: 500 }, 413, "REQUEST_TOO_LARGE"],
  ])("%s", async (_title, limits, status, code) => {
    await using site = await openUploadSite({ limits });
    const refused = await site.upload([
      ["a", await image(1)],
      ["b", await image(2)],
      ["c", await image(3)],
    ]);
    expect([refused.status, refused.body.code]).toEqual([status, code]);
    await requireNothing(site);
  });

  it("for too many bytes that it did not state", async () => {
    await using site = await openUploadSite({ limits: { maxBytes: 2000 } });
    const socket = connect(site.port, "127.0.0.1").on("error", () => undefined);
    const head = `POST /v1/studies/1/images HTTP/1.1\r\nhost: x\r\nauthorization: ${site.authorization}\r\n`;
    socket.write(
      `${head}content-type: multipart/form-data; boundary=b\r\ntransfer-encoding: chunked\r\n\r\n`,
    );
    const part = `--b\r\ncontent-disposition: form-data; name="f"; filename="f"\r\n\r\n${"x".repeat(3000)}`;
    socket.write(`${part.length.toString(16)}\r\n${part}\r\n`);
    const answer = await new Promise<string>((resolve) => {
      socket.once("data", (chunk) => resolve(chunk.toString()));
    });
    socket.destroy();
    expect(answer).toContain("HTTP/1.1 413");
    await requireNothing(site);
  });

  it.each([
    ["application/json", "{}", 415, "MEDIA_TYPE_UNSUPPORTED"],
    ["multipart/form-data; boundary=b", "--b--\r\n", 400, "BAD_ARGUMENT"],
    ["multipart/form-data; boundary=b", "no parts", 400, "BAD_ARGUMENT"],
    ["multipart/form-data", "--b--\r\n", 400, "BAD_ARGUMENT"],
    [
      "multipart/form-data; boundary=b",
      '--b\r\ncontent-disposition: form-data; name="view"\r\n\r\nlateral\r\n--b--\r\n',
      400,
      "BAD_ARGUMENT",
    ],
  ])("when it is %s with the body %j", async (type, payload, status, code) => {
    await using site = await openUploadSite();
    const headers = { authorization: site.authorization, "content-type": type };
    const url = `/v1/studies/${site.studyId}/images`;
    const refused = await site.server.inject({ method: "POST", url, headers, payload });
    expect(refused.json()).toMatchObject({ status, code });
  });

  it("when as many are under way as may be", async () => {
    await using site = await openUploadSite({ atOnce: 1 });
    const socket = await beginUpload(site);
    await expect.poll(() => site.objects(), PATIENCE).toHaveLength(1);
    const refused = await site.upload([["a", await image(1)]]);
    expect([refused.status, refused.body.code]).toEqual([429, "RATE_LIMITED"]);
    socket.destroy();
    await expect.poll(async () => (await site.upload([["a", await image(1)]])).status, PATIENCE).toBe(201);
  });

  it("for a study that takes none", async () => {
    await using site = await openUploadSite();
    await site.database.pool.query("delete from uploaded_study");
    const refused = await site.upload([["a", await image(1)]]);
    expect([refused.status, refused.body.code]).toEqual([404, "STUDY_NOT_FOUND"]);
  });
});

describe("under an Idempotency-Key an upload", () => {
  it("gives its first answer again, and refuses another upload", async () => {
    await using site = await openUploadSite();
    const headers = { "idempotency-key": "one" };
    const first = await site.upload([["a", await image(1)]], headers);
    const again = await site.upload([["a", await image(1)]], headers);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    const other = await site.upload([["another", await image(2)]], headers);
    expect([other.status, other.body.code]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
    expect(await site.count("image")).toBe(1);
  });
});
