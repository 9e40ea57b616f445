import { z } from "zod";

/** A variable of digits only: coercion would read "" as 0. */
export function wholeNumber(minimum: number, maximum: number) {
  return z
    .string()
    .regex(/^\d+$/, "expected a whole number")
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum));
}
