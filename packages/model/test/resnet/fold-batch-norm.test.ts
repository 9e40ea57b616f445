import { describe, expect, test } from "vitest";
import { foldBatchNorm } from "@hairline/model/resnet";
import { float32Tensor, type StateDict } from "@hairline/model/weights";

function layers(overrides: Record<string, number[]> = {}): StateDict {
  const values: Record<string, number[]> = {
    "bn.weight": [2, 1],
    "bn.bias": [1, 0],
    "bn.running_mean": [3, 0],
    "bn.running_var": [4, 1],
    ...overrides,
  };
  const tensors = Object.entries(values).map(
    ([name, list]) => [name, float32Tensor([list.length], list)] as const,
  );
  return new Map([["conv.weight", float32Tensor([2, 1, 1, 2], [1, -2, 3, 4])], ...tensors]);
}

const names = { convolution: "conv", batchNorm: "bn" };

describe("foldBatchNorm", () => {
  test("scales each output channel and moves the mean into the bias", () => {
    const { shape, weight, bias } = foldBatchNorm(layers(), names);
    // s = [2 / sqrt(4 + 1e-5), 1 / sqrt(1 + 1e-5)] = [0.99999875, 0.999995]; bias = [1 - 3 s0, 0].
    expect(shape).toEqual([2, 1, 1, 2]);
    expect([...weight]).toEqual(
      [0.99999875, -1.9999975, 2.999985, 3.99998].map((v) => expect.closeTo(v, 6) as number),
    );
    expect([...bias]).toEqual([-1.99999625, 0].map((v) => expect.closeTo(v, 6) as number));
  });

  test("keeps a channel of zero variance finite through epsilon", () => {
    // 1 / sqrt(1e-5) = 316.2278
    const { weight } = foldBatchNorm(layers({ "bn.running_var": [0, 0], "bn.weight": [1, 1] }), names);
    expect(weight[0]).toBeCloseTo(316.2278, 3);
  });

  test.each([
    [
      "a scale that overflows float32",
      layers({ "bn.weight": [3e38, 1], "bn.running_var": [0, 1] }),
      "WEIGHTS_TENSOR_NOT_FINITE",
    ],
    [
      "a batch norm without statistics",
      new Map([...layers()].filter(([name]) => name !== "bn.running_var")),
      "WEIGHTS_TENSOR_MISSING",
    ],
  ])("refuses %s", (_, tensors, code) => {
    expect(() => foldBatchNorm(tensors, names)).toThrow(expect.objectContaining({ code }));
  });
});
