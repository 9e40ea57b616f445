import type { HairlineError } from "@hairline/core/errors";
import { expect, test } from "vitest";
import { requireSound } from "../../src/demo/require-sound.ts";

const LEDGER = { images: 10, scored: 9, quarantined: 1, waiting: 0, balanced: true };
const AUC = { value: 0.9, lower: 0.7, upper: 1, confidence: 0.95, patients: 12 };

function codeOf(result: Parameters<typeof requireSound>[0]): string | undefined {
  try {
    requireSound(result);
    return undefined;
  } catch (error) {
    return (error as HairlineError).code;
  }
}

test.for([
  ["an interval above chance", { ledger: LEDGER, rocAuc: AUC }, undefined],
  [
    "classes told apart without an error",
    { ledger: LEDGER, rocAuc: { ...AUC, value: 1, lower: null, upper: null } },
    undefined,
  ],
  ["an interval that takes in chance", { ledger: LEDGER, rocAuc: { ...AUC, lower: 0.45 } }, "DEMO_AT_CHANCE"],
  [
    "an area of one half without an interval",
    { ledger: LEDGER, rocAuc: { ...AUC, value: 0.5, lower: null, upper: null } },
    "DEMO_AT_CHANCE",
  ],
  ["images of one class only", { ledger: LEDGER, rocAuc: null }, "DEMO_AT_CHANCE"],
  [
    "images without an outcome",
    { ledger: { ...LEDGER, waiting: 1, balanced: false }, rocAuc: AUC },
    "LEDGER_UNBALANCED",
  ],
] as const)("takes %s for what it is", ([, result, code]) => {
  expect(codeOf({ ...result, split: "valid" })).toBe(code);
});

test("says how near to chance a small archive is, and what to do", () => {
  const judge = (): void => requireSound({ ledger: LEDGER, split: "valid", rocAuc: { ...AUC, lower: 0.45 } });
  expect(judge).toThrow(
    expect.objectContaining({
      message: expect.stringContaining(
        "ROC-AUC 0.900 (95 % interval 0.450 to 1.000) over 12 patients",
      ) as string,
      remedy: "Draw more studies, such as the default of 140, or take another --seed.",
    }),
  );
});
