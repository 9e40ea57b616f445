import { openS3Store, type ChecksumMode, type ObjectStore } from "@hairline/core/storage";
import {
  startHttpFaults,
  startS3,
  type HttpFault,
  type SeenRequest,
  type TestS3,
} from "@hairline/core/testing";
import { beforeAll, describe, expect, test } from "vitest";

let s3: TestS3;
beforeAll(async () => {
  s3 = await startS3();
});

const BYTES = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);

function open(options: Partial<Parameters<typeof openS3Store>[0]> = {}): ObjectStore {
  const { bucket, endpoint, region, accessKeyId, secretAccessKey } = s3;
  const credentials = { accessKeyId, secretAccessKey };
  return openS3Store({ bucket, prefix: "faults/", endpoint, region, credentials, ...options });
}

/** Faults for the first requests of a method, one after the other; then none. */
function inTurn(
  method: string,
  faults: readonly HttpFault[],
): (request: SeenRequest) => HttpFault | undefined {
  let next = 0;
  return (request) => (request.method === method ? faults[next++] : undefined);
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const MODES: readonly ChecksumMode[] = ["when-required", "when-supported"];

describe.each(MODES)("with checksums %s", (checksums) => {
  test("goes on where bodies broke off", async () => {
    await open().put("cut", BYTES);
    // The first two break at once, the third when the reader has some of its bytes.
    const reader = deferred();
    const faults = inTurn("GET", [
      { cutAfter: 0 },
      { cutAfter: 100_000 },
      { cutAfter: 150_000, until: reader.promise },
    ]);
    await using proxy = await startHttpFaults(s3.endpoint, faults);
    const chunks: Uint8Array[] = [];
    for await (const chunk of open({ endpoint: proxy.endpoint, checksums }).getStream("cut")) {
      chunks.push(chunk);
      if (proxy.seen.length === 3) reader.resolve();
    }
    expect(Buffer.compare(Buffer.concat(chunks), BYTES)).toBe(0);
    expect(proxy.seen).toHaveLength(4);
    expect(proxy.seen[3]?.headers).toMatchObject({
      range: expect.stringMatching(/^bytes=[1-9]\d+-$/),
      "if-match": expect.any(String),
    });
  });

  test("takes a body that always breaks off for a fault of the store", async () => {
    await open().put("cut", BYTES);
    await using proxy = await startHttpFaults(s3.endpoint, ({ method }) =>
      method === "GET" ? { cutAfter: 1000 } : undefined,
    );
    const store = open({ endpoint: proxy.endpoint, checksums });
    await expect(store.get("cut")).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(proxy.seen).toHaveLength(5);
  });

  test("stores in one piece and in parts", async () => {
    const store = open({ checksums });
    const large = new Uint8Array(17 * 1024 * 1024).fill(7);
    await store.put("small", BYTES);
    await store.put("large", large);
    expect(Buffer.compare(await store.get("small"), BYTES)).toBe(0);
    expect(Buffer.compare(await store.get("large"), large)).toBe(0);
  });
});

test.for([
  [{ status: 500 }, "reset", { status: 503 }],
  [{ status: 429 }, { status: 502 }],
] as const)("tries again after %j", async (faults) => {
  await open().put("a", BYTES);
  const calls: [string, (store: ObjectStore) => Promise<unknown>][] = [
    ["GET", (store) => store.get("a")],
    ["HEAD", (store) => store.stat("a")],
    ["PUT", (store) => store.put("a", BYTES)],
    ["DELETE", (store) => store.delete("a")],
  ];
  for (const [method, call] of calls) {
    await using proxy = await startHttpFaults(s3.endpoint, inTurn(method, faults));
    await call(open({ endpoint: proxy.endpoint }));
    expect(proxy.seen).toHaveLength(faults.length + 1);
  }
});

test("gives up on a server that only fails", async () => {
  await using proxy = await startHttpFaults(s3.endpoint, () => ({ status: 503 }));
  const store = open({ endpoint: proxy.endpoint });
  await expect(store.get("a")).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  expect(proxy.seen).toHaveLength(5);
});

test("reads a listing again that broke off", async () => {
  await open({ prefix: "listed/" }).put("a", BYTES);
  await using proxy = await startHttpFaults(s3.endpoint, inTurn("GET", [{ cutAfter: 100 }]));
  const keys: string[] = [];
  for await (const { key } of open({ endpoint: proxy.endpoint, prefix: "listed/" }).list("")) keys.push(key);
  expect(keys).toEqual(["a"]);
});

test("does not mix the bytes of two objects when one replaces the other while it is read", async () => {
  await open().put("replaced", BYTES);
  const replaced = deferred();
  const faults = inTurn("GET", [{ cutAfter: 200_000, until: replaced.promise }]);
  await using proxy = await startHttpFaults(s3.endpoint, faults);
  const reading = async (): Promise<void> => {
    let chunks = 0;
    for await (const _ of open({ endpoint: proxy.endpoint }).getStream("replaced")) {
      chunks += 1;
      if (chunks === 1) await open().put("replaced", new Uint8Array(300_000));
      replaced.resolve();
    }
  };
  await expect(reading()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
});

test.for([
  [
    "a wrong secret",
    { credentials: { accessKeyId: "test:tester", secretAccessKey: "wrong" } },
    "STORE_DENIED",
  ],
  ["an unknown key", { credentials: { accessKeyId: "no:one", secretAccessKey: "wrong" } }, "STORE_DENIED"],
  ["no such bucket", { bucket: "none-of-that-name" }, "ARCHIVE_NOT_FOUND"],
  ["a port where nothing listens", { endpoint: "http://127.0.0.1:1" }, "STORE_UNAVAILABLE"],
] as const)("reports %s", async ([, options, code]) => {
  const store = open(options);
  const calls: (() => Promise<unknown>)[] = [
    () => store.get("a"),
    () => store.put("a", BYTES),
    async () => {
      for await (const _ of store.list("")) throw new Error("listed an object");
    },
  ];
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code });
});

test("gives a link that downloads the object until it is tampered with", async () => {
  const store = open();
  await store.put("a folder/é+ü.bin", BYTES);
  const link = await store.presignGet?.("a folder/é+ü.bin", { expiresInSeconds: 60 });
  const answer = await fetch(link ?? "");
  expect(Buffer.compare(new Uint8Array(await answer.arrayBuffer()), BYTES)).toBe(0);
  const other = await fetch((link ?? "").replace("folder", "f0lder"));
  expect(other.status).toBe(403);
  for (const expiresInSeconds of [0, 1.5, 604_801, Number.NaN]) {
    await expect(store.presignGet?.("a", { expiresInSeconds })).rejects.toMatchObject({
      code: "BAD_ARGUMENT",
    });
  }
});

test("lists more objects than a page holds, whatever lies beside them", async () => {
  const store = open({ prefix: "pages/", pageObjects: 10 });
  const keys = Array.from({ length: 35 }, (_, index) => `n/${String(index).padStart(4, "0")} +%`);
  await Promise.all(keys.map((key) => store.put(key, new Uint8Array())));
  await open({ prefix: "" }).put("pages0", BYTES);
  const listed: string[] = [];
  for await (const { key } of store.list("")) listed.push(key);
  expect(listed).toEqual(keys);
});

test("a server without room is told from one that is down, and what does not fit is not there", async () => {
  const faults = inTurn(
    "PUT",
    Array.from({ length: 5 }, () => ({ status: 507 })),
  );
  await using proxy = await startHttpFaults(s3.endpoint, faults);
  const store = open({ endpoint: proxy.endpoint });
  await expect(store.put("full", BYTES)).rejects.toMatchObject({ code: "STORE_FULL" });
  expect(await open().exists("full")).toBe(false);
});
