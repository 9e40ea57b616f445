import { InvalidArgumentError } from "commander";

/** Digits only: coercion would read "" as 0. @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Give a whole number.");
  return Number(text);
}
