import { parseArgs } from "node:util";
import { FAULTS } from "./faults/index.ts";

export interface FaultsOptions {
  /** Names of faults; all when empty. */
  readonly only: readonly string[];
  /** Decides where in a run the faults come. */
  readonly seed: number;
  /** Writes the table into docs/RELIABILITY.md. */
  readonly write: boolean;
}

export const USAGE = [
  "npm run faults [-- --only <name> ...] [--seed <number>] [--write]",
  `  names: ${FAULTS.map(({ name }) => name).join(", ")}`,
].join("\n");

const LARGEST_SEED = 2 ** 32 - 1;

/** @returns undefined when the arguments are not understood */
export function parseOptions(args: readonly string[]): FaultsOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: "string", multiple: true, default: [] },
        seed: { type: "string", default: String(Math.floor(Math.random() * LARGEST_SEED)) },
        write: { type: "boolean", default: false },
      },
    });
    const seed = Number(values.seed);
    const isKnown = values.only.every((name) => FAULTS.some((fault) => fault.name === name));
    if (!isKnown || !Number.isInteger(seed) || seed < 0 || seed > LARGEST_SEED) return undefined;
    return { only: values.only, seed, write: values.write };
  } catch {
    return undefined;
  }
}
