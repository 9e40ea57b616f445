import { describe, expect, test } from "vitest";
import { identifyResnet, requireScorer } from "@hairline/model/resnet";
import { reproducibleWeights } from "@hairline/model/testing";
import { scorerStart, scratchWeights } from "@hairline/model/train";
import { toFloat32, type StateDict } from "@hairline/model/weights";

function values(weights: StateDict, name: string): Float32Array {
  return toFloat32(weights.get(name)!);
}

describe("weights to start from", () => {
  test("from scratch have torchvision's spread, layer by layer", () => {
    const weights = scratchWeights("resnet18", 42);
    expect(requireScorer(identifyResnet(weights)).architecture).toBe("resnet18");
    // 64 outputs of 7 x 7, and 512 of 3 x 3: variance 2 / (64 · 49) and 2 / (512 · 9).
    for (const [name, variance] of [
      ["conv1.weight", 2 / 3136],
      ["layer4.1.conv2.weight", 2 / 4608],
    ] as const) {
      const kernel = values(weights, name);
      const mean = kernel.reduce((sum, value) => sum + value, 0) / kernel.length;
      const spread = kernel.reduce((sum, value) => sum + (value - mean) ** 2, 0) / kernel.length;
      // Of n normal numbers the variance is off by √(2/n) of itself: 1.5 % of 9,408.
      expect(Math.abs(spread / variance - 1)).toBeLessThan(0.06);
      expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(variance / kernel.length));
    }
    expect(new Set(values(weights, "layer3.0.bn1.running_var"))).toEqual(new Set([1]));
    expect(new Set(values(weights, "layer3.0.bn1.bias"))).toEqual(new Set([0]));
    const head = values(weights, "fc.weight");
    expect(Math.max(...head.map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(512));
    expect(new Set(head).size).toBeGreaterThan(500);
  });

  test("follow from the seed", () => {
    const kernel = (seed: number) => values(scratchWeights("resnet18", seed), "layer1.0.conv1.weight");
    expect(kernel(1)).toEqual(kernel(1));
    expect(kernel(1)).not.toEqual(kernel(2));
  });

  test("of ImageNet get a new linear unit and keep the rest", () => {
    const imagenet = identifyResnet(reproducibleWeights("resnet18", 1000));
    const start = scorerStart(imagenet, 7);
    expect(requireScorer(identifyResnet(start)).kind).toBe("scorer");
    expect(values(start, "conv1.weight")).toEqual(values(imagenet.tensors, "conv1.weight"));
    expect(values(start, "fc.weight")).toEqual(values(scorerStart(imagenet, 7), "fc.weight"));
    expect(values(start, "fc.weight")).not.toEqual(values(scorerStart(imagenet, 8), "fc.weight"));
  });

  test("of a scorer stay as they are", () => {
    const scorer = identifyResnet(reproducibleWeights("resnet34"));
    expect(scorerStart(scorer, 7)).toBe(scorer.tensors);
  });
});
