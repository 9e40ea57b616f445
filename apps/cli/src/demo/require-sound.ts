import { HairlineError } from "@hairline/core/errors";
import type { DemoResult } from "./run-demo.ts";

/**
 * The demo promises a balanced ledger and a model clearly better than chance; a broken promise is a failure.
 *
 * @throws HairlineError LEDGER_UNBALANCED, DEMO_AT_CHANCE
 */
export function requireSound({
  ledger,
  rocAuc,
  split,
}: Pick<DemoResult, "ledger" | "rocAuc" | "split">): void {
  if (!ledger.balanced) {
    throw new HairlineError(
      "LEDGER_UNBALANCED",
      `Of ${ledger.images} images, ${ledger.waiting} got no outcome.`,
      { remedy: "Run the same command again; report it if it stays." },
    );
  }
  if (rocAuc === null) {
    throw atChance(
      `The ${split} split of this archive has images of one class only: no ROC-AUC can be told.`,
    );
  }
  // No interval is defined where the two classes are told apart without an error.
  if ((rocAuc.lower ?? rocAuc.value) > 0.5) return;
  const interval =
    rocAuc.lower === null || rocAuc.upper === null
      ? "no interval"
      : `95 % interval ${rocAuc.lower.toFixed(3)} to ${rocAuc.upper.toFixed(3)}`;
  throw atChance(
    `The demo's model is not clearly better than chance on the ${split} split of this archive: ` +
      `ROC-AUC ${rocAuc.value.toFixed(3)} (${interval}) over ${rocAuc.patients} patients.`,
  );
}

function atChance(message: string): HairlineError {
  return new HairlineError("DEMO_AT_CHANCE", message, {
    field: "--studies",
    remedy: "Draw more studies, such as the default of 140, or take another --seed.",
  });
}
