import { describe, expect, it } from "vitest";
import { nextDue } from "../../src/schedules/cron.ts";

describe("nextDue", () => {
  // Berlin: 2026-03-29 02:00 CET → 03:00 CEST, 2026-10-25 03:00 CEST → 02:00 CET.
  it.each([
    ["a plain night", "30 2 * * *", "UTC", "2026-01-01T00:00:00Z", "2026-01-01T02:30:00Z"],
    ["strictly after the instant", "30 2 * * *", "UTC", "2026-01-01T02:30:00Z", "2026-01-02T02:30:00Z"],
    ["winter time", "30 2 * * *", "Europe/Berlin", "2026-01-01T00:00:00Z", "2026-01-01T01:30:00Z"],
    ["summer time", "30 2 * * *", "Europe/Berlin", "2026-07-01T00:00:00Z", "2026-07-01T00:30:00Z"],
    ["a time left out", "30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z"],
    ["the day after it", "30 2 * * *", "Europe/Berlin", "2026-03-29T02:00:00Z", "2026-03-30T00:30:00Z"],
    [
      "a time that comes twice",
      "30 2 * * *",
      "Europe/Berlin",
      "2026-10-24T12:00:00Z",
      "2026-10-25T00:30:00Z",
    ],
    ["not at its second time", "30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"],
    ["a leap day", "0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"],
  ])("gives %s", (_title, cron, timeZone, after, expected) => {
    expect(nextDue({ cron, timeZone }, new Date(after)).toISOString()).toBe(new Date(expected).toISOString());
  });

  it.each([
    ["cron", "every night", "UTC"],
    ["cron", "", "UTC"],
    ["cron", "61 * * * *", "UTC"],
    ["cron", "0 0 30 2 *", "UTC"],
    ["cron", `${"1,".repeat(200)}1 * * * *`, "UTC"],
    ["time-zone", "0 0 * * *", "Europe/Atlantis"],
  ])("refuses a bad %s: %s, %s", (field, cron, timeZone) => {
    expect(() => nextDue({ cron, timeZone }, new Date("2026-01-01"))).toThrow(
      expect.objectContaining({ code: "BAD_ARGUMENT", field }) as Error,
    );
  });
});
