import { HairlineError } from "@hairline/core/errors";
import { describe, expect, it } from "vitest";
import { createRoleLog, harmlessMessage, loggableError } from "../src/log/index.ts";

const CANARY = "patient98765";

/** An error as a driver, a decoder or a store throws it, with the canary wherever a caller may have put one. */
function telltale(): HairlineError {
  const driver = Object.assign(new Error(`duplicate key (${CANARY})`), { code: "23505", detail: CANARY });
  return new HairlineError("IMAGE_UNREADABLE", `${CANARY}/a.png is no image`, {
    file: `${CANARY}/a.png`,
    field: CANARY,
    cause: new Error(CANARY, { cause: driver }),
  });
}

describe("loggableError", () => {
  it("keeps codes, names and frames of an error and its causes, and no word of theirs", () => {
    const known = loggableError(telltale());
    expect(known).toMatchObject({
      name: "HairlineError",
      code: "IMAGE_UNREADABLE",
      cause: { name: "Error", cause: { code: "23505" } },
    });
    expect(known.at[0]).toContain("loggable-error.test.ts");
    expect(JSON.stringify(known)).not.toContain(CANARY);
  });

  it("keeps what a server or a setting is told with", () => {
    const lost = new HairlineError("QUEUE_UNAVAILABLE", "Redis at 10.0.0.7:6379 refused a call.");
    expect(loggableError(lost).message).toBe("Redis at 10.0.0.7:6379 refused a call.");
    expect(harmlessMessage(lost)).toBe(lost.message);
    expect(harmlessMessage(telltale())).toBe("failed");
  });

  it.each([
    ["a text", CANARY],
    ["nothing", undefined],
    ["an object", { [CANARY]: 1 }],
  ])("says only what kind of thing was thrown: %s", (_what, thrown) => {
    expect(loggableError(thrown)).toEqual({ name: typeof thrown, at: [] });
  });

  it("ends with causes that go in a circle", () => {
    const error = new Error("round");
    error.cause = error;
    expect(JSON.stringify(loggableError(error)).match(/"name"/g)).toHaveLength(5);
  });
});

describe("a role's log", () => {
  it.each(["trace", "debug", "info", "warn", "error", "fatal"] as const)(
    "never writes an error's message, also at %s",
    (level) => {
      let written = "";
      const destination = { write: (line: string) => void (written += line) };
      const log = createRoleLog({ role: "worker-gpu", level: "trace", destination });
      log[level]({ runId: "r", error: telltale() }, "shard failed");
      log[level]({ err: telltale() }, "shard failed");
      log[level]({ cause: telltale() }, "shard failed");
      log[level](telltale(), "shard failed");
      const lines = written
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as object);
      expect(lines).toHaveLength(4);
      expect(lines[0]).toMatchObject({ role: "worker-gpu", runId: "r", error: { code: "IMAGE_UNREADABLE" } });
      expect(written).not.toContain(CANARY);
    },
  );
});
