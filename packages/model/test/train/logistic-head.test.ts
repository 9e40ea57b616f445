import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { logisticObjective } from "../../src/train/logistic-objective.ts";
import { trainLogisticHead, type LogisticHeadOptions } from "../../src/train/index.ts";

interface Fixture {
  readonly width: number;
  readonly embeddings: readonly number[];
  readonly labels: readonly number[];
  readonly cases: readonly { l2: number; positiveWeight: number; weight: number[]; bias: number }[];
}

const fixture = JSON.parse(
  readFileSync(new URL("./logistic-fixture.json", import.meta.url), "utf8"),
) as Fixture;

const fixtureRows = {
  embeddings: Float32Array.from(fixture.embeddings),
  labels: Uint8Array.from(fixture.labels),
  width: fixture.width,
};

/** Four rows of one column; the classes overlap, so the unpenalised optimum is finite too. */
const smallRows: LogisticHeadOptions = {
  embeddings: Float32Array.of(0, 1, 1, 2),
  labels: Uint8Array.of(0, 0, 1, 1),
  width: 1,
};

describe("logisticObjective", () => {
  it("gives the value and gradient worked by hand", () => {
    // Columns as they are (mean 0, scale 1), weight 1, bias 0, positives count twice, l2 = 0.5.
    // Margins 0, 1, 1, 2; p = 0.5, 0.731059, 0.731059, 0.880797.
    // Losses 0.693147 + 1.313262 + 2 · 0.313262 + 2 · 0.126928 = 2.886789; / 4 = 0.721697; + 0.5/2 · 1 = 0.971697.
    // Residuals 0.5, 0.731059, 2 · -0.268941, 2 · -0.119203. Sum 0.454771; / 4 = 0.113693.
    // Σ r x = 0.731059 - 0.537883 - 0.476812 = -0.283636; / 4 = -0.070909; + 0.5 · 1 = 0.429091.
    const standardisation = { mean: Float64Array.of(0), scale: Float64Array.of(1) };
    const objective = logisticObjective(smallRows, { positiveWeight: 2, l2: 0.5, standardisation });
    const gradient = new Float64Array(2);
    expect(objective(Float64Array.of(1, 0), gradient)).toBeCloseTo(0.971697, 5);
    expect(gradient[0]).toBeCloseTo(0.429091, 5);
    expect(gradient[1]).toBeCloseTo(0.113693, 5);
  });

  it("has the gradient of its value under standardisation", () => {
    const standardisation = { mean: new Float64Array(6).fill(0.3), scale: new Float64Array(6).fill(1.7) };
    const objective = logisticObjective(fixtureRows, { positiveWeight: 3, l2: 0.1, standardisation });
    const point = Float64Array.from({ length: 7 }, (_, j) => 0.1 * (j - 3));
    const gradient = new Float64Array(7);
    objective(point, gradient);
    const scratch = new Float64Array(7);
    for (let j = 0; j < 7; j++) {
      const [up, down] = [Float64Array.from(point), Float64Array.from(point)];
      up[j]! += 1e-5;
      down[j]! -= 1e-5;
      expect((objective(up, scratch) - objective(down, scratch)) / 2e-5).toBeCloseTo(gradient[j]!, 7);
    }
  });

  it("stays finite where the margin overflows an exponential", () => {
    const standardisation = { mean: Float64Array.of(0), scale: Float64Array.of(1) };
    const objective = logisticObjective(smallRows, { positiveWeight: 1, l2: 0.001, standardisation });
    const gradient = new Float64Array(2);
    // Margins 0, 2000, 2000, 4000: losses ln 2, 2000, 0, 0; penalty 0.001/2 · 4e6 = 2000.
    expect(objective(Float64Array.of(2000, 0), gradient)).toBeCloseTo((Math.LN2 + 2000) / 4 + 2000, 6);
    expect([...gradient].every(Number.isFinite)).toBe(true);
  });
});

describe("trainLogisticHead", () => {
  it.each(fixture.cases)(
    "finds scikit-learn's optimum at l2 $l2, weight $positiveWeight",
    async (expected) => {
      const { l2, positiveWeight } = expected;
      const head = await trainLogisticHead({ ...fixtureRows, l2, positiveWeight, tolerance: 1e-9 });
      expect(head.converged).toBe(true);
      expected.weight.forEach((weight, j) => expect(head.weight[j]).toBeCloseTo(weight, 5));
      expect(head.bias).toBeCloseTo(expected.bias, 5);
    },
  );

  it("gives a constant column no weight", async () => {
    const head = await trainLogisticHead(fixtureRows);
    expect(head.weight[4]).toBe(0);
  });

  it("weighs classes by their inverse frequency when balanced", async () => {
    const rows = {
      embeddings: Float32Array.of(0, 1, 2, 3, 4),
      labels: Uint8Array.of(0, 1, 0, 0, 1),
      width: 1,
    };
    const balanced = await trainLogisticHead({ ...rows, positiveWeight: "balanced" });
    expect(balanced.positiveWeight).toBe(1.5);
    expect(balanced).toEqual(await trainLogisticHead({ ...rows, positiveWeight: 1.5 }));
  });

  it("separates separable classes without running off", async () => {
    const rows = { embeddings: Float32Array.of(-2, -1, 1, 2), labels: Uint8Array.of(0, 0, 1, 1), width: 1 };
    const head = await trainLogisticHead({ ...rows, l2: 0.01 });
    expect(head.converged).toBe(true);
    // By symmetry the boundary is at 0.
    expect(head.bias).toBeCloseTo(0, 6);
    expect(head.weight[0]).toBeGreaterThan(1);
  });

  it("gives the same numbers again and leaves the embeddings as they were", async () => {
    const before = Float32Array.from(fixtureRows.embeddings);
    const first = await trainLogisticHead(fixtureRows);
    expect(await trainLogisticHead(fixtureRows)).toEqual(first);
    expect(fixtureRows.embeddings).toEqual(before);
  });

  it("says when it ran out of iterations", async () => {
    const head = await trainLogisticHead({ ...fixtureRows, maxIterations: 1, tolerance: 1e-12 });
    expect([head.converged, head.iterations]).toEqual([false, 1]);
  });

  it("reports falling losses and stops at an abort", async () => {
    const losses: number[] = [];
    const controller = new AbortController();
    const training = trainLogisticHead({
      ...fixtureRows,
      signal: controller.signal,
      onProgress: ({ iteration, loss }) => {
        losses.push(loss);
        if (iteration === 4) controller.abort();
      },
    });
    await expect(training).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(losses).toHaveLength(4);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
  });

  it.each<[string, string, Partial<LogisticHeadOptions>]>([
    ["no rows", "LABELS_ONE_SIDED", { embeddings: new Float32Array(0), labels: new Uint8Array(0) }],
    ["only negatives", "LABELS_ONE_SIDED", { labels: new Uint8Array(4) }],
    ["only positives", "LABELS_ONE_SIDED", { labels: new Uint8Array(4).fill(1) }],
    ["a third class", "BAD_SHAPE", { labels: Uint8Array.of(0, 1, 2, 0) }],
    ["too few embeddings", "BAD_SHAPE", { embeddings: new Float32Array(3) }],
    ["no columns", "BAD_SHAPE", { width: 0, embeddings: new Float32Array(0) }],
    ["NaN", "INFERENCE_FAILED", { embeddings: Float32Array.of(0, Number.NaN, 1, 2) }],
    ["infinity", "INFERENCE_FAILED", { embeddings: Float32Array.of(0, 1, 1, Infinity) }],
    ["no penalty", "BAD_ARGUMENT", { l2: 0 }],
    ["a weight of NaN", "BAD_ARGUMENT", { positiveWeight: Number.NaN }],
    ["a signal that fired", "INTERRUPTED", { signal: AbortSignal.abort() }],
  ])("refuses %s with %s", async (_, code, wrong) => {
    await expect(trainLogisticHead({ ...smallRows, ...wrong })).rejects.toMatchObject({ code });
  });
});
