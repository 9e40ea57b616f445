import { expect, test } from "vitest";
import { outcomeCaveats } from "../src/certificate-text.ts";

const COUNTS = { tp: 3, fp: 1, tn: 4, fn: 1, inconclusive: 2 };

test.for([
  ["decides both ways", COUNTS, []],
  ["calls nothing negative", { ...COUNTS, tn: 0, fn: 0 }, [/none of these negative/]],
  ["calls nothing positive", { ...COUNTS, tp: 0, fp: 0 }, [/none of these positive/]],
  ["defers all", { tp: 0, fp: 0, tn: 0, fn: 0, inconclusive: 9 }, [/negative/, /positive/]],
] as const)("says what is not claimed of a policy that %s", ([, counts, caveats]) => {
  expect(outcomeCaveats(counts)).toEqual(caveats.map((caveat) => expect.stringMatching(caveat)));
});
