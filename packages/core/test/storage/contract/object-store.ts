import type { GetOptions, ObjectStore } from "@hairline/core/storage";
import { describe, expect, test } from "vitest";

export interface OpenedStore extends AsyncDisposable {
  readonly store: ObjectStore;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

async function keysOf(store: ObjectStore, prefix = ""): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

const BAD_KEYS = [
  "",
  "/a",
  "a/",
  "a//b",
  ".",
  "..",
  "../a",
  "a/../../b",
  "a/../b",
  "./a",
  "a/.",
  "a\0b",
  "x".repeat(1025),
];

/** What every adapter of the ObjectStore port keeps to. `open` gives an empty store of its own to each test. */
export function describeObjectStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} keeps the contract of ObjectStore`, () => {
    describeObjects(open);
    describeAbsence(open);
    describeLimits(open);
    describeStreams(open);
    describeListing(open);
    describeResumedListing(open);
    describeKeys(open);
  });
}

function describeObjects(open: () => Promise<OpenedStore>): void {
  test.for([
    ["no bytes", new Uint8Array()],
    ["one byte", new Uint8Array([255])],
    ["every byte value", Uint8Array.from({ length: 256 }, (_, index) => index)],
    ["5 MiB and a byte", new Uint8Array(5 * 1024 * 1024 + 1).fill(7)],
  ] as const)("returns an object of %s as it was put", async ([, bytes]) => {
    await using opened = await open();
    await opened.store.put("a/b.bin", bytes);
    const got = await opened.store.get("a/b.bin");
    expect(Buffer.compare(got, bytes)).toBe(0);
    expect((await opened.store.stat("a/b.bin"))?.byteSize).toBe(bytes.length);
  });

  test("replaces an object", async () => {
    await using opened = await open();
    await opened.store.put("a", bytesOf("longer than the next"));
    await opened.store.put("a", bytesOf("next"));
    expect(textOf(await opened.store.get("a"))).toBe("next");
    expect(await keysOf(opened.store)).toEqual(["a"]);
  });

  test("ends with one whole object after concurrent puts of one key", async () => {
    await using opened = await open();
    const texts = Array.from({ length: 8 }, (_, index) => String(index).repeat(70_000));
    await Promise.all(texts.map((text) => opened.store.put("deep/er/key", bytesOf(text))));
    expect(texts).toContain(textOf(await opened.store.get("deep/er/key")));
    expect(await keysOf(opened.store)).toEqual(["deep/er/key"]);
  });
}

function describeAbsence(open: () => Promise<OpenedStore>): void {
  test("knows an object's size and time, and of no other", async () => {
    await using opened = await open();
    const before = Date.now();
    await opened.store.put("a/b", bytesOf("abc"));
    const stat = await opened.store.stat("a/b");
    expect(stat?.byteSize).toBe(3);
    // Stores round times, some to whole seconds.
    expect(Math.abs((stat?.modifiedAt.getTime() ?? 0) - before)).toBeLessThan(60_000);
    expect(await opened.store.exists("a/b")).toBe(true);
    for (const key of ["a", "a/b/c", "b", "n".repeat(300)]) {
      expect(await opened.store.stat(key)).toBeUndefined();
      expect(await opened.store.exists(key)).toBe(false);
    }
  });

  test.for(["missing", "a", "a/b/c", "missing/too"])(
    "reports %j, which is no object, as missing",
    async (key) => {
      await using opened = await open();
      await opened.store.put("a/b", bytesOf("abc"));
      await expect(opened.store.get(key)).rejects.toMatchObject({ code: "IMAGE_FILE_MISSING", file: key });
    },
  );

  test("deletes an object, and again without complaint", async () => {
    await using opened = await open();
    await opened.store.put("a/b", bytesOf("abc"));
    await opened.store.put("a/c", bytesOf("abc"));
    for (const key of ["a/b", "a/b", "a", "a/c/d", "missing/too"]) await opened.store.delete(key);
    expect(await keysOf(opened.store)).toEqual(["a/c"]);
  });
}

function describeLimits(open: () => Promise<OpenedStore>): void {
  test.for([
    [2, "IMAGE_TOO_LARGE"],
    [3, undefined],
    [4, undefined],
  ] as const)("with maxBytes %i answers 3 bytes with %s", async ([maxBytes, code]) => {
    await using opened = await open();
    await opened.store.put("a", bytesOf("abc"));
    const got = opened.store.get("a", { maxBytes }).then(textOf, (error: { code: string }) => error.code);
    expect(await got).toBe(code ?? "abc");
  });

  test("gives an object only as it is expected", async () => {
    await using opened = await open();
    await opened.store.put("a", bytesOf("abc"));
    const found = await opened.store.stat("a");
    if (found === undefined) throw new Error("it is there");
    expect(textOf(await opened.store.get("a", { expected: found }))).toBe("abc");
    const others = [
      { ...found, byteSize: 4 },
      { ...found, modifiedAt: new Date(found.modifiedAt.getTime() - 1_000) },
    ];
    for (const expected of others) {
      await expect(opened.store.get("a", { expected })).rejects.toMatchObject({
        code: "IMAGE_CHANGED",
        file: "a",
        remedy: expect.stringContaining("Import"),
      });
    }
  });

  test("takes an empty object with maxBytes 0", async () => {
    await using opened = await open();
    await opened.store.put("a", new Uint8Array());
    expect((await opened.store.get("a", { maxBytes: 0 })).length).toBe(0);
  });

  test("gives the signal's reason when aborted before or while reading", async () => {
    await using opened = await open();
    await opened.store.put("a", new Uint8Array(24 * 1024 * 1024));
    const reason = new Error("stopped");
    await expect(opened.store.get("a", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const reading = opened.store.get("a", { signal: controller.signal });
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });
}

/** So many bytes in chunks whose sizes fit no boundary of parts or pages, each of another content. */
async function* chunksOf(byteSize: number): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < byteSize; sent += 999_983) {
    const chunk = new Uint8Array(Math.min(999_983, byteSize - sent)).fill(sent / 999_983);
    chunk[0] = 255;
    yield chunk;
  }
}

function putAll(store: ObjectStore, keys: readonly string[]): Promise<unknown> {
  return Promise.all(keys.map((key) => store.put(key, bytesOf(key))));
}

function describeStreams(open: () => Promise<OpenedStore>): void {
  test.for([0, 1, 5 * 1024 * 1024, 17 * 1024 * 1024 + 3])(
    "stores %i bytes from a stream and streams them back",
    async (byteSize) => {
      await using opened = await open();
      await opened.store.putStream("a/b", chunksOf(byteSize));
      const sent = Buffer.concat(await collect(chunksOf(byteSize)));
      const got = Buffer.concat(await collect(opened.store.getStream("a/b")));
      expect(got.equals(sent)).toBe(true);
      expect((await opened.store.stat("a/b"))?.byteSize).toBe(byteSize);
    },
  );

  test.for([0, 1, 18 * 1024 * 1024])(
    "keeps nothing of a stream that fails after %i bytes",
    async (byteSize) => {
      await using opened = await open();
      const failure = new Error("the source failed");
      const failing = async function* (): AsyncGenerator<Uint8Array> {
        yield* chunksOf(byteSize);
        throw failure;
      };
      await opened.store.put("kept", bytesOf("old"));
      for (const key of ["kept", "new"]) {
        await expect(opened.store.putStream(key, failing())).rejects.toBe(failure);
      }
      expect(await keysOf(opened.store)).toEqual(["kept"]);
      expect(textOf(await opened.store.get("kept"))).toBe("old");
    },
  );

  test("keeps nothing of a stream that is aborted", async () => {
    await using opened = await open();
    const controller = new AbortController();
    const reason = new Error("stopped");
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield* chunksOf(9 * 1024 * 1024);
      controller.abort(reason);
      yield* chunksOf(9 * 1024 * 1024);
    };
    const { signal } = controller;
    await expect(opened.store.putStream("a", source(), { signal })).rejects.toBe(reason);
    expect(await keysOf(opened.store)).toEqual([]);
  });

  test("streams as get does: missing objects, limits, aborts, and being left half way", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.putStream("a", chunksOf(8 * 1024 * 1024));
    const reason = new Error("stopped");
    const all = (key: string, options: GetOptions) => collect(store.getStream(key, options));
    await expect(all("b", {})).rejects.toMatchObject({ code: "IMAGE_FILE_MISSING", file: "b" });
    await expect(all("a", { maxBytes: 10 })).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
    await expect(all("a", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    let first = 0;
    for await (const chunk of store.getStream("a")) {
      first = chunk.length;
      break;
    }
    expect(first).toBeGreaterThan(0);
    const controller = new AbortController();
    const aborted = async (): Promise<void> => {
      for await (const _ of store.getStream("a", { signal: controller.signal })) controller.abort(reason);
    };
    await expect(aborted()).rejects.toBe(reason);
  });
}

function describeResumedListing(open: () => Promise<OpenedStore>): void {
  const keys = ["a-1", "a/b.png", "a/b/c", "a/b/d", "a0", "b"];

  test.for([
    ["", "", keys],
    ["", "a", keys],
    ["", "a/b", ["a/b.png", "a/b/c", "a/b/d", "a0", "b"]],
    ["", "a/b/c", ["a/b/d", "a0", "b"]],
    ["", "a/b0", ["a0", "b"]],
    ["", "b", []],
    ["a/", "a/b.png", ["a/b/c", "a/b/d"]],
    ["a/", "a0", []],
    ["b", "a", ["b"]],
  ] as const)("lists %j after the key %j", async ([prefix, startAfter, expected]) => {
    await using opened = await open();
    await putAll(opened.store, keys);
    const listed: string[] = [];
    for await (const { key } of opened.store.list(prefix, { startAfter })) listed.push(key);
    expect(listed).toEqual(expected);
  });

  test("gives a listing's signal's reason", async () => {
    await using opened = await open();
    for (const key of ["a", "b"]) await opened.store.put(key, bytesOf(key));
    const reason = new Error("stopped");
    const listing = () => collect(opened.store.list("", { signal: AbortSignal.abort(reason) }));
    await expect(listing()).rejects.toBe(reason);
  });

  test("says of an object in a listing what it says of it alone", async () => {
    await using opened = await open();
    await opened.store.put("a/b", bytesOf("abc"));
    const [listed] = await collect(opened.store.list(""));
    expect(listed).toEqual({ key: "a/b", ...(await opened.store.stat("a/b")) });
  });
}

function describeListing(open: () => Promise<OpenedStore>): void {
  // Byte order: "-" 2d, "." 2e, "/" 2f, "0" 30, "B" 42, "a" 61, "é" c3, "｡" ef, "😀" f0. UTF-16 would put "😀" before "｡".
  const keys = ["B", "a-1", "a.png", "a/b.png", "a/b/c.png", "a/c", "a0", "aé", "b", "é", "｡", "😀"];

  test("lists every object once, in byte order of the whole key", async () => {
    await using opened = await open();
    await putAll(opened.store, [...keys].reverse());
    const listed = [];
    for await (const object of opened.store.list("")) listed.push([object.key, object.byteSize]);
    expect(listed).toEqual(keys.map((key) => [key, bytesOf(key).length]));
  });

  test.for([
    ["a", ["a-1", "a.png", "a/b.png", "a/b/c.png", "a/c", "a0", "aé"]],
    ["a/", ["a/b.png", "a/b/c.png", "a/c"]],
    ["a/b", ["a/b.png", "a/b/c.png"]],
    ["a/b/", ["a/b/c.png"]],
    ["a/b/c.png", ["a/b/c.png"]],
    ["a/b/c.png/", []],
    ["A", []],
    ["none/such", []],
  ] as const)("lists the keys that start with %j", async ([prefix, expected]) => {
    await using opened = await open();
    await putAll(opened.store, keys);
    expect(await keysOf(opened.store, prefix)).toEqual(expected);
  });

  test("lists more objects than it looks at together", async () => {
    await using opened = await open();
    const many = Array.from({ length: 75 }, (_, index) => `n/${String(index).padStart(3, "0")}`);
    await Promise.all(many.map((key) => opened.store.put(key, bytesOf("x"))));
    expect(await keysOf(opened.store)).toEqual(many);
  });

  test("lists nothing of an empty store", async () => {
    await using opened = await open();
    expect(await keysOf(opened.store)).toEqual([]);
  });

  test("may be left half way", async () => {
    await using opened = await open();
    for (const key of ["a", "b"]) await opened.store.put(key, bytesOf(key));
    const seen = [];
    for await (const { key } of opened.store.list("")) {
      seen.push(key);
      break;
    }
    expect(seen).toEqual(["a"]);
  });
}

function describeKeys(open: () => Promise<OpenedStore>): void {
  test.for(BAD_KEYS)("refuses the key %j everywhere", async (key) => {
    await using opened = await open();
    const { store } = opened;
    const calls: (() => Promise<unknown>)[] = [
      () => store.get(key),
      () => collect(store.getStream(key)),
      () => store.put(key, bytesOf("x")),
      () => store.putStream(key, chunksOf(1)),
      () => store.stat(key),
      () => store.exists(key),
      () => store.delete(key),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: "PATH_OUTSIDE_ROOT" });
    expect(await keysOf(store)).toEqual([]);
  });

  test.for(["/", "../", "a/../", "a//b", "./", "a\0"])("refuses the prefix %j", async (prefix) => {
    await using opened = await open();
    await expect(keysOf(opened.store, prefix)).rejects.toMatchObject({ code: "PATH_OUTSIDE_ROOT" });
  });

  test.for(["...", "a..b", "..a", "~", "$HOME", "%2e%2e", "a b", "-rf", "*", "COM1.txt", "é", "e\u0301"])(
    "takes %j for a name like any other",
    async (key) => {
      await using opened = await open();
      await opened.store.put(key, bytesOf(key));
      await opened.store.put(`folder/${key}`, bytesOf(key));
      expect(textOf(await opened.store.get(key))).toBe(key);
      expect(await keysOf(opened.store, `folder/${key}`)).toEqual([`folder/${key}`]);
    },
  );
}
