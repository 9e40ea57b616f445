import { HairlineError } from "@hairline/core/errors";
import { describe, expect, it } from "vitest";
import { ThreadPool, threadUrl } from "@hairline/core/threads";
import type { EchoRequest } from "./echo-thread.ts";

interface PoolSetting {
  readonly size?: number;
  readonly tasksPerThread?: number;
}

const openPool = ({ size = 1, tasksPerThread = 1 }: PoolSetting = {}) =>
  new ThreadPool<EchoRequest, unknown>({
    url: threadUrl("./echo-thread", import.meta.url),
    size,
    tasksPerThread,
    errorWhenLost: (reason, cause) =>
      new HairlineError("IMAGE_UNREADABLE", `lost by ${reason}: ${cause.message}`, { cause }),
  });

/** Holds the thread that takes `request` until `open` is called. */
function gated(value: unknown) {
  const gate = new SharedArrayBuffer(4);
  const request: EchoRequest = { type: "echo", value, gate };
  const open = () => {
    Atomics.store(new Int32Array(gate), 0, 1);
    Atomics.notify(new Int32Array(gate), 0);
  };
  return { request, open };
}

describe("ThreadPool", () => {
  it("answers every request, more than it has threads", async () => {
    await using pool = openPool({ size: 2 });
    const values = Array.from({ length: 20 }, (_, index) => index);
    const answers = await Promise.all(values.map((value) => pool.run({ type: "echo", value })));
    expect(answers).toEqual(values);
  });

  it("moves buffers rather than copying them", async () => {
    await using pool = openPool();
    const value = Uint8Array.of(1, 2, 3);
    const answer = await pool.run({ type: "echo", value }, { transfer: [value.buffer] });
    expect(answer).toEqual(Uint8Array.of(1, 2, 3));
    expect(value.byteLength).toBe(0);
  });

  it("carries an error's code, field and remedy across the thread", async () => {
    await using pool = openPool();
    await expect(pool.run({ type: "fail" })).rejects.toMatchObject({
      code: "IMAGE_TRUNCATED",
      message: "cut short",
      field: "bytes",
      remedy: "Fetch it again.",
    });
  });

  it("replaces a thread that crashed and loses only the task that crashed it", async () => {
    await using pool = openPool();
    const crash = pool.run({ type: "crash" });
    const after = pool.run({ type: "echo", value: "after" });
    await expect(crash).rejects.toMatchObject({
      code: "IMAGE_UNREADABLE",
      message: "lost by crash: thread fell over",
    });
    await expect(after).resolves.toBe("after");
  });

  it("replaces a thread that hangs beyond its time", async () => {
    await using pool = openPool();
    await pool.whenStarted();
    const hang = pool.run({ type: "hang" }, { timeoutMs: 50 });
    const after = pool.run({ type: "echo", value: "after" });
    await expect(hang).rejects.toMatchObject({ message: "lost by timeout: No answer within 50 ms." });
    await expect(after).resolves.toBe("after");
  });

  it("takes waiting tasks by priority, equal ones in order of arrival", async () => {
    await using pool = openPool();
    const first = gated("first");
    const order: unknown[] = [];
    const run = async (value: string, priority: number) => {
      order.push(await pool.run({ type: "echo", value }, { priority }));
    };
    const held = pool.run(first.request);
    const waiting = [run("late", 2), run("early a", 1), run("early b", 1)];
    first.open();
    await Promise.all([held, ...waiting]);
    expect(order).toEqual(["early a", "early b", "late"]);
  });

  it("drops a waiting task whose signal aborts, with the signal's reason", async () => {
    await using pool = openPool();
    const first = gated("first");
    const controller = new AbortController();
    const held = pool.run(first.request);
    const dropped = pool.run({ type: "crash" }, { signal: controller.signal });
    controller.abort(new HairlineError("INTERRUPTED", "stop"));
    await expect(dropped).rejects.toMatchObject({ code: "INTERRUPTED" });
    first.open();
    await expect(held).resolves.toBe("first");
    await expect(pool.run({ type: "echo", value: "unharmed" })).resolves.toBe("unharmed");
  });

  it("leaves an aborted task at work unheard and takes the next one", async () => {
    await using pool = openPool();
    await pool.whenStarted();
    const first = gated("unheard");
    const controller = new AbortController();
    const aborted = pool.run(first.request, { signal: controller.signal });
    controller.abort(new HairlineError("INTERRUPTED", "stop"));
    await expect(aborted).rejects.toMatchObject({ code: "INTERRUPTED" });
    const next = pool.run({ type: "echo", value: "next" });
    first.open();
    await expect(next).resolves.toBe("next");
  });

  it("refuses a task it cannot send and keeps the thread", async () => {
    await using pool = openPool();
    const unsendable = pool.run({ type: "echo", value: () => {} });
    await expect(unsendable).rejects.toThrow(/could not be cloned/);
    await expect(pool.run({ type: "echo", value: 1 })).resolves.toBe(1);
  });

  it("rejects what is under way when it closes, and everything after", async () => {
    const pool = openPool();
    const held = pool.run({ type: "hang" });
    const waiting = pool.run({ type: "echo", value: 1 });
    const outcomes = Promise.allSettled([held, waiting]);
    await pool.close();
    expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(pool.run({ type: "echo", value: 1 })).rejects.toMatchObject({ code: "INTERRUPTED" });
  });

  it("tells when its module cannot be loaded instead of starting threads for ever", async () => {
    await using pool = new ThreadPool<unknown, unknown>({
      url: threadUrl("./no-start-thread", import.meta.url),
      size: 2,
      errorWhenLost: () => new HairlineError("IMAGE_UNREADABLE", "unused"),
    });
    await expect(pool.whenStarted()).rejects.toMatchObject({
      code: "INTERNAL",
      message: "A worker thread did not start: cannot load",
    });
    await expect(pool.run(1)).rejects.toMatchObject({ code: "INTERNAL" });
  });
});
