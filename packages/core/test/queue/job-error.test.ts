import { UnrecoverableError } from "bullmq";
import { ERROR_CODES, HairlineError } from "@hairline/core/errors";
import { isRetryable } from "@hairline/core/queue";
import { describe, expect, it } from "vitest";
import { codeOfReason, fromJobError, toJobError } from "../../src/queue/job-error.ts";

describe("job errors", () => {
  it.each(ERROR_CODES.map((code) => ({ code })))("$code survives storing, retried or not", ({ code }) => {
    const error = new HairlineError(code, "study patient00042 could not be read");
    const stored = toJobError(error);
    expect(stored instanceof UnrecoverableError).toBe(!isRetryable(error));
    expect(codeOfReason(stored.message)).toBe(code);
    expect(`${stored.message} ${stored.stack}`).not.toContain("patient00042");
    expect(stored.stack).toContain("job-error.test.ts");
    expect(fromJobError(stored)).toBe(error);
  });

  it("keeps what was thrown, an Error or not, as the cause", () => {
    const thrown = new TypeError("x is undefined");
    expect(fromJobError(toJobError(thrown))).toMatchObject({ code: "INTERNAL", cause: thrown });
    expect(fromJobError(toJobError("text"))).toMatchObject({ code: "INTERNAL", cause: "text" });
  });

  it.each([
    ["job stalled more than allowable limit", "JOB_STALLED"],
    ["something else", "INTERNAL"],
    [undefined, "INTERNAL"],
  ])("reads the stored reason %j as %s", (reason, code) => {
    expect(codeOfReason(reason)).toBe(code);
  });

  it("names a job given up by BullMQ itself", () => {
    const stalled = new UnrecoverableError("job stalled more than allowable limit");
    expect(fromJobError(stalled).code).toBe("JOB_STALLED");
  });
});
