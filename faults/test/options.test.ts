import { expect, it } from "vitest";
import { FAULTS } from "../src/faults/index.ts";
import { parseOptions } from "../src/options.ts";
import { SeededRandom } from "../src/random.ts";
import { replaceTable } from "../src/table.ts";

it("takes names, a seed and the wish to write", () => {
  const args = ["--only", "worker-kill", "--only", "api-kill", "--seed", "7", "--write"];
  expect(parseOptions(args)).toEqual({ only: ["worker-kill", "api-kill"], seed: 7, write: true });
});

it("plays every fault, with a seed of its own, when nothing is said", () => {
  const options = parseOptions([]);
  expect(options).toMatchObject({ only: [], write: false });
  expect(Number.isInteger(options?.seed)).toBe(true);
});

it.each([["--only", "no-such-fault"], ["--seed", "-1"], ["--seed", "x"], ["--what"], ["name"]])(
  "refuses %s %s",
  (...args) => {
    expect(parseOptions(args)).toBeUndefined();
  },
);

it("gives every fault a name of its own", () => {
  expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
});

it("draws the same numbers for the same seed, all of them in the range", () => {
  const draw = (seed: number): number[] => {
    const random = new SeededRandom(seed);
    return Array.from({ length: 1_000 }, () => random.integer(3, 5));
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(new Set(draw(1))).toEqual(new Set([3, 4, 5]));
});

it("replaces the table and nothing else", () => {
  const begin = "<!-- faults: written by npm run faults -- --write -->";
  const document = `# Title\n\n${begin}\nold\n<!-- /faults -->\n\nrest\n`;
  const replaced = `# Title\n\n${begin}\n\n| new |\n\n<!-- /faults -->\n\nrest\n`;
  expect(replaceTable(document, "| new |")).toBe(replaced);
  expect(() => replaceTable("# Title\n", "| new |")).toThrow("the document has no");
});
