import { describe, expect, it } from "vitest";
import { compactLine } from "../../src/roles/follow-logs.ts";

describe("compactLine", () => {
  it("gives time, role, level, message and fields of a log line", () => {
    const line = JSON.stringify({
      level: 50,
      time: Date.parse("2026-11-24T03:04:05.678Z"),
      role: "worker-gpu",
      pid: 7,
      runId: "r",
      ordinal: 3,
      code: "MODEL_DAMAGED",
      msg: "shard failed",
    });
    expect(compactLine("worker-gpu", line)).toBe(
      "03:04:05 worker-gpu error shard failed runId=r ordinal=3 code=MODEL_DAMAGED",
    );
  });

  it.each(["(node:7) Warning: something", "{", "null", '{"level":30}'])("shows %s as it is", (line) => {
    expect(compactLine("api", line)).toBe(`api: ${line}`);
  });
});
