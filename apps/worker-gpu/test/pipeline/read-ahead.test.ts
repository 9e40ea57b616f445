import { setImmediate as tick } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { readAhead } from "../../src/pipeline/read-ahead.ts";

function counted(length: number) {
  const state = { produced: 0, closed: false };
  async function* produce() {
    try {
      for (let index = 1; index <= length; index += 1) {
        state.produced = index;
        yield index;
      }
    } finally {
      state.closed = true;
    }
  }
  return { state, source: produce() };
}

describe("readAhead", () => {
  it("keeps the order and produces just as many items ahead as asked", async () => {
    const { state, source } = counted(5);
    const items = readAhead(source, 2);
    expect(await items.next()).toEqual({ value: 1, done: false });
    await tick();
    expect(state.produced).toBe(3);
    const rest: number[] = [];
    for await (const item of items) rest.push(item);
    expect(rest).toEqual([2, 3, 4, 5]);
  });

  it.each([0, 1])("ends after %i items", async (length) => {
    const items: number[] = [];
    for await (const item of readAhead(counted(length).source, 2)) items.push(item);
    expect(items).toHaveLength(length);
  });

  it("closes its source when it is left early", async () => {
    const { state, source } = counted(100);
    for await (const item of readAhead(source, 1)) if (item === 2) break;
    expect(state.closed).toBe(true);
    expect(state.produced).toBeLessThan(5);
  });

  it("throws what its source throws, once", async () => {
    async function* broken() {
      yield 1;
      throw new Error("source");
    }
    const items = readAhead(broken(), 2);
    await items.next();
    await expect(items.next()).rejects.toThrow("source");
    expect((await items.next()).done).toBe(true);
  });
});
