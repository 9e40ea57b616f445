import { parsePayload, planRun, scoreShard } from "@hairline/core/jobs";
import { describe, expect, it } from "vitest";

const runId = "0f8fad5b-d9cb-469f-a165-70867728950e";

describe("scoring jobs", () => {
  it("have one key for each run and shard", () => {
    expect(planRun.key({ runId })).toBe(`plan-${runId}`);
    expect(scoreShard.key({ runId, ordinal: 0 })).toBe(`shard-${runId}-0`);
    expect(scoreShard.key({ runId, ordinal: 12 })).toBe(`shard-${runId}-12`);
  });

  it("have keys that BullMQ takes: no colon, no integer", () => {
    for (const key of [planRun.key({ runId }), scoreShard.key({ runId, ordinal: 3 })]) {
      expect(key).not.toContain(":");
      expect(Number.isInteger(Number(key))).toBe(false);
    }
  });

  it("outlast a database restart of four minutes with their tries", () => {
    // Seven waits between eight tries, the first of 2 s and each twice the one before: 2 (2^7 - 1) = 254 s.
    const waits = Array.from(
      { length: scoreShard.attempts - 1 },
      (_, index) => scoreShard.backoffMs * 2 ** index,
    );
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBe(254_000);
  });

  it.each([
    { payload: { runId, ordinal: -1 }, field: "ordinal" },
    { payload: { runId, ordinal: 1.5 }, field: "ordinal" },
    { payload: { runId: "1", ordinal: 0 }, field: "runId" },
    { payload: { ordinal: 0 }, field: "runId" },
    { payload: { runId, ordinal: 0, objectKey: "patient00042/image1.png" }, field: "" },
    { payload: "shard", field: "" },
  ])("refuse the payload $payload, naming the field", ({ payload, field }) => {
    expect(() => parsePayload(scoreShard, payload)).toThrow(
      expect.objectContaining({ code: "INVALID_JOB", field }),
    );
  });
});
