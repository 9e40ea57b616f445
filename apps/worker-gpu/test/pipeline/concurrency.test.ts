import { setImmediate as tick } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { forEachConcurrently, mapConcurrently } from "../../src/pipeline/concurrency.ts";

/** Calls that are resolved by hand, in any order. */
function heldCalls() {
  const resolvers = new Map<number, (value: number) => void>();
  const map = (item: number) => new Promise<number>((resolve) => resolvers.set(item, resolve));
  const finish = (item: number) => resolvers.get(item)?.(item * 10);
  return { map, finish, started: () => [...resolvers.keys()] };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

async function* stream<T>(...items: T[]) {
  yield* items;
}

describe("mapConcurrently", () => {
  it("yields results as they complete, with no more than the limit under way", async () => {
    const calls = heldCalls();
    const results = mapConcurrently([1, 2, 3, 4], 2, calls.map);
    const first = results.next();
    await tick();
    expect(calls.started()).toEqual([1, 2]);

    calls.finish(2);
    expect(await first).toEqual({ value: 20, done: false });
    // Nobody asked for more: a result that waits to be taken counts against the limit.
    await tick();
    expect(calls.started()).toEqual([1, 2]);

    const second = results.next();
    await tick();
    expect(calls.started()).toEqual([1, 2, 3]);
    calls.finish(1);
    expect(await second).toEqual({ value: 10, done: false });
    const rest = collect(results);
    await tick();
    calls.finish(3);
    calls.finish(4);
    expect(new Set(await rest)).toEqual(new Set([30, 40]));
  });

  it.each([
    ["no items", [], []],
    ["fewer items than the limit", [1, 2], [1, 2]],
    ["more items than the limit", [1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6, 7]],
  ])("maps %s", async (_name, items, expected) => {
    const results = await collect(mapConcurrently(items, 3, async (item) => item));
    expect(new Set(results)).toEqual(new Set(expected));
    expect(results).toHaveLength(expected.length);
  });

  it("throws what a call rejects with", async () => {
    const results = mapConcurrently([1, 2, 3], 2, async (item) => {
      if (item === 2) throw new Error("two");
      return item;
    });
    await expect(collect(results)).rejects.toThrow("two");
  });
});

describe("forEachConcurrently", () => {
  it("visits every item with no more than the limit under way", async () => {
    let underWay = 0;
    let most = 0;
    const visited: number[] = [];
    await forEachConcurrently(stream(1, 2, 3, 4, 5), 2, async (item) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await tick();
      visited.push(item);
      underWay -= 1;
    });
    expect(visited).toHaveLength(5);
    expect(new Set(visited)).toEqual(new Set([1, 2, 3, 4, 5]));
    expect(most).toBe(2);
  });

  it("takes no more items after a failure and waits for the visits under way", async () => {
    const visited: number[] = [];
    const all = forEachConcurrently(stream(1, 2, 3, 4, 5, 6), 2, async (item) => {
      if (item === 1) throw new Error("one");
      await tick();
      visited.push(item);
    });
    await expect(all).rejects.toThrow("one");
    expect(visited).toEqual([2]);
  });

  it("throws what its source throws", async () => {
    async function* broken() {
      yield 1;
      throw new Error("source");
    }
    await expect(forEachConcurrently(broken(), 2, async () => {})).rejects.toThrow("source");
  });
});
