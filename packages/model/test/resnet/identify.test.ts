import { describe, expect, test } from "vitest";
import { identifyResnet, requireScorer, type ResnetArchitecture } from "@hairline/model/resnet";
import { reproducibleWeights } from "@hairline/model/testing";
import {
  float32Tensor,
  toFloat32,
  writeSafetensors,
  type StateDict,
  type Tensor,
} from "@hairline/model/weights";

const resnet18 = reproducibleWeights("resnet18");
const resnet34 = reproducibleWeights("resnet34");

const renamed = (weights: StateDict, rename: (name: string) => string): StateDict =>
  new Map([...weights].map(([name, tensor]) => [rename(name), tensor]));
const changed = (entries: Record<string, Tensor>): StateDict =>
  new Map([...resnet18, ...Object.entries(entries)]);
const without = (...names: string[]): StateDict =>
  new Map([...resnet18].filter(([name]) => !names.includes(name)));
const filled = (shape: number[], value: number): Tensor =>
  float32Tensor(shape, new Float32Array(product(shape)).fill(value));
const product = (shape: number[]): number => shape.reduce((a, b) => a * b, 1);
function poked(name: string, value: number): Record<string, Tensor> {
  const tensor = resnet18.get(name) as Tensor;
  const values = toFloat32(tensor);
  values[values.length - 1] = value;
  return { [name]: float32Tensor(tensor.shape, values) };
}

/** nn.Sequential(*list(resnet.children())[:-2]) counts conv1 0, bn1 1, relu 2, maxpool 3, layer1 4 .. layer4 7. */
function sequentialName(name: string): string {
  const positions: Record<string, number> = { conv1: 0, bn1: 1, layer1: 4, layer2: 5, layer3: 6, layer4: 7 };
  return name.replace(/^(\w+)\./, (_, child: string) => `${positions[child] ?? child}.`);
}
const original = (head: string) => (name: string) =>
  name.startsWith("fc.") ? name.replace("fc", head) : `backbone.${sequentialName(name)}`;

describe("identifyResnet", () => {
  test.each<[string, StateDict, ResnetArchitecture]>([
    ["torchvision's names", resnet18, "resnet18"],
    ["ResNet-34", resnet34, "resnet34"],
    ["the original research code's names", renamed(resnet18, original("classifier")), "resnet18"],
    [
      "the original's names with a Dropout before the head",
      renamed(resnet34, original("classifier.1")),
      "resnet34",
    ],
    ["a torchvision network under backbone", renamed(resnet18, (name) => `backbone.${name}`), "resnet18"],
    ["a head in an nn.Sequential", renamed(resnet18, (name) => name.replace("fc.", "fc.1.")), "resnet18"],
    ["batch counters", changed({ "bn1.num_batches_tracked": filled([], 7) }), "resnet18"],
    ["another order", new Map([...resnet18].reverse()), "resnet18"],
  ])("recognises %s", (_, weights, architecture) => {
    const identified = identifyResnet(weights);
    const reference = architecture === "resnet18" ? resnet18 : resnet34;
    expect(identified).toMatchObject({ architecture, kind: "scorer" });
    expect([...identified.tensors.keys()]).toEqual([...reference.keys()]);
    expect(Buffer.compare(writeSafetensors(identified.tensors), writeSafetensors(reference))).toBe(0);
  });

  test("takes half-precision weights as float32", () => {
    // 0x3c00 is 1.0 in binary16.
    const ones: Tensor = {
      type: "float16",
      shape: [64],
      bytes: new Uint8Array(new Uint16Array(64).fill(0x3c00).buffer),
    };
    const { tensors } = identifyResnet(changed({ "bn1.weight": ones }));
    expect(tensors.get("bn1.weight")).toEqual(filled([64], 1));
  });

  test("takes ImageNet weights as a start for training only", () => {
    const weights = identifyResnet(
      changed({ "fc.weight": filled([1000, 512], 0), "fc.bias": filled([1000], 0) }),
    );
    expect(weights.kind).toBe("imagenet");
    expect(() => requireScorer(weights)).toThrow(
      expect.objectContaining({ code: "WEIGHTS_TENSOR_SHAPE", field: "fc.weight" }),
    );
  });

  test.each<[string, StateDict, string, string]>([
    ["no tensors", new Map(), "WEIGHTS_ARCHITECTURE_UNKNOWN", ""],
    [
      "another network",
      new Map([["features.0.weight", filled([1], 0)]]),
      "WEIGHTS_ARCHITECTURE_UNKNOWN",
      "features.0.weight",
    ],
    [
      "a ResNet-50",
      changed({ "layer1.0.conv3.weight": filled([1], 0) }),
      "WEIGHTS_ARCHITECTURE_UNKNOWN",
      "layer1.0.conv3.weight",
    ],
    [
      "two linear layers",
      changed({ "fc.3.weight": filled([1, 512], 0) }),
      "WEIGHTS_ARCHITECTURE_UNKNOWN",
      "fc.3.weight",
    ],
    ["no head", without("fc.weight", "fc.bias"), "WEIGHTS_TENSOR_MISSING", "fc.weight, fc.bias"],
    ["no running statistics", without("bn1.running_mean"), "WEIGHTS_TENSOR_MISSING", "bn1.running_mean"],
    [
      "a foreign tensor",
      changed({ "attention.weight": filled([1], 0) }),
      "WEIGHTS_TENSOR_UNEXPECTED",
      "attention.weight",
    ],
    [
      "a bias on a convolution",
      changed({ "conv1.bias": filled([64], 0) }),
      "WEIGHTS_TENSOR_UNEXPECTED",
      "conv1.bias",
    ],
    [
      "a grey first layer",
      changed({ "conv1.weight": filled([64, 1, 7, 7], 0) }),
      "WEIGHTS_TENSOR_SHAPE",
      "conv1.weight is [64, 1, 7, 7], not [64, 3, 7, 7]",
    ],
    [
      "two classes",
      changed({ "fc.weight": filled([2, 512], 0) }),
      "WEIGHTS_TENSOR_SHAPE",
      "fc.weight is [2, 512], not [1, 512]",
    ],
    [
      "integer weights",
      changed({ "fc.bias": { type: "int8", shape: [1], bytes: new Uint8Array(1) } }),
      "WEIGHTS_TENSOR_SHAPE",
      "fc.bias is int8",
    ],
    [
      "NaN",
      changed(poked("layer4.1.conv2.weight", NaN)),
      "WEIGHTS_TENSOR_NOT_FINITE",
      "layer4.1.conv2.weight",
    ],
    [
      "infinity in the statistics",
      changed(poked("bn1.running_mean", -Infinity)),
      "WEIGHTS_TENSOR_NOT_FINITE",
      "bn1.running_mean",
    ],
    [
      "a negative variance",
      changed(poked("layer1.0.bn1.running_var", -1e-8)),
      "WEIGHTS_TENSOR_NOT_FINITE",
      "layer1.0.bn1.running_var",
    ],
  ])("refuses %s and names it", (_, weights, code, field) => {
    expect(() => identifyResnet(weights)).toThrow(expect.objectContaining({ code, field }));
  });

  test("names a faulty tensor as the file does", () => {
    const weights = renamed(changed(poked("layer1.0.conv1.weight", NaN)), original("classifier"));
    expect(() => identifyResnet(weights)).toThrow(
      expect.objectContaining({ field: "backbone.4.0.conv1.weight" }),
    );
  });

  test("lists five faulty tensors and counts the rest", () => {
    // layer4 of ResNet-18 has two blocks of 10 tensors and a downsample path of 5.
    const weights = new Map([...resnet18].filter(([name]) => !name.startsWith("layer4.")));
    expect(() => identifyResnet(weights)).toThrow(/layer4\.0\.conv1\.weight.* and 20 more\./);
  });
});
