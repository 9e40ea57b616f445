import { InvalidArgumentError, type Command } from "commander";

/** The options of every command that gives confidence intervals. */
export interface StatisticsOptions {
  readonly confidence: number;
  readonly replicates: number;
  readonly seed: number;
}

export function addStatisticsOptions(command: Command): Command {
  return command
    .option("--confidence <share>", "of the intervals", openShare, 0.95)
    .option("--replicates <n>", "bootstrap resamples of whole patients", wholeNumber(1, 100_000), 1000)
    .option("--seed <n>", "of the resamples", wholeNumber(0, 4_294_967_295), 1);
}

/** A number above 0 and below 1. */
export function openShare(text: string): number {
  const value = decimal(text);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError("Give a number above 0 and below 1.");
}

/** A number above 0 and at most 1. */
export function coverageShare(text: string): number {
  const value = decimal(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError("Give a number above 0 and at most 1.");
}

function decimal(text: string): number {
  return /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** A whole number within limits, both included. */
export function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= low && value <= high) return value;
    throw new InvalidArgumentError(`Give a whole number from ${low} to ${high}.`);
  };
}
