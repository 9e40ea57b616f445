import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FaultGroup } from "../src/fault.ts";
import { FAULTS } from "../src/faults/index.ts";
import { undisturbed } from "../src/faults/undisturbed.ts";
import type { ImageFacts } from "../src/outcome/facts.ts";
import { playFault } from "../src/play-fault.ts";
import { openFaultSite, type FaultSite } from "../src/site/fault-site.ts";

/** Fixed, so that a failure can be repeated: npm run faults -- --seed 1 --only <name>. */
const SEED = 1;

/** Longer than the longest wait within. */
const TIMEOUT_MS = 600_000;

/** Plays the faults of some groups one after the other, each against the same undisturbed run. */
export function describeFaults(...groups: FaultGroup[]): void {
  const faults = FAULTS.filter(({ group, byHand }) => groups.includes(group) && byHand !== true);

  describe(`a run with trouble of the ${groups.join(" and ")}`, () => {
    let site: FaultSite;
    let reference: readonly ImageFacts[];

    beforeAll(async () => {
      site = await openFaultSite();
      const played = await playFault(undisturbed, { site, seed: SEED });
      expect(played.result.problems).toEqual([]);
      reference = played.facts;
    }, TIMEOUT_MS);
    afterAll(() => site[Symbol.asyncDispose]());

    it.each(faults)("survives: $title", { timeout: TIMEOUT_MS }, async (fault) => {
      const { result } = await playFault(fault, { site, undisturbed: reference, seed: SEED });
      expect(result.problems).toEqual([]);
      const { planned, scored, quarantined, deleted } = result.after;
      expect(scored + quarantined + deleted).toBe(planned);
      expect(result.facts.images).toBe(planned);
    });
  });
}
