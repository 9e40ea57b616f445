import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createProgress, formatDuration } from "../src/progress.ts";

function recordProgress(options: { terminal: boolean; total?: number }) {
  const stream = new PassThrough();
  const clock = { ms: 0 };
  const progress = createProgress(stream, {
    label: "scoring",
    unit: "images",
    terminal: options.terminal,
    ...(options.total === undefined ? {} : { total: options.total }),
    now: () => clock.ms,
  });
  return { progress, clock, text: () => String(stream.read() ?? "") };
}

describe("createProgress", () => {
  it("prints count, share, rate and time left every five seconds when piped", () => {
    const { progress, clock, text } = recordProgress({ terminal: false, total: 1000 });
    clock.ms = 4_999;
    progress.update(240);
    expect(text()).toBe("");
    // 250 images in 5 s are 50/s, so the other 750 take 15 s.
    clock.ms = 5_000;
    progress.update(250);
    expect(text()).toBe("scoring: 250 of 1,000 images, 25 %, 50/s, ETA 15 s\n");
  });

  it("ends a line with the note of the moment, and the last one without", () => {
    const { progress, clock, text } = recordProgress({ terminal: false, total: 1000 });
    clock.ms = 5_000;
    progress.update(250, 1000, "2 workers at 51/s");
    expect(text()).toBe("scoring: 250 of 1,000 images, 25 %, 50/s, ETA 15 s, 2 workers at 51/s\n");
    clock.ms = 20_000;
    progress.update(1000, 1000, "1 worker");
    progress.finish();
    expect(text()).toBe("scoring: 1,000 of 1,000 images, 100 %, 50/s, 20 s\n");
  });

  it("prints the last line once, with the mean rate and the time taken", () => {
    const { progress, clock, text } = recordProgress({ terminal: false, total: 100 });
    clock.ms = 8_000;
    progress.update(100);
    progress.finish();
    expect(text()).toBe("scoring: 100 of 100 images, 100 %, 13/s, 8.0 s\n");
  });

  it("redraws one line in place on a terminal", () => {
    const { progress, clock, text } = recordProgress({ terminal: true });
    clock.ms = 1_000;
    progress.update(5);
    expect(text()).toBe("\rscoring: 5 images, 5.0/s, 1.0 s\u001B[K");
  });

  it.each([
    [0, "0.0 s"],
    [9.94, "9.9 s"],
    [59.4, "59 s"],
    [59.6, "1 min 0 s"],
    [200, "3 min 20 s"],
    [7_500, "2 h 5 min"],
  ])("says %d seconds as %s", (seconds, words) => {
    expect(formatDuration(seconds)).toBe(words);
  });
});
