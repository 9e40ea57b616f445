import fc from "fast-check";
import { expect, test } from "vitest";
import { modelNameOf } from "@hairline/model/registry";
import { checkModelName } from "../../src/registry/model-name.ts";

test.each([
  ["/data/resnet18_mura.pth", "resnet18_mura"],
  ["best model (3).safetensors", "best-model-3"],
  ["checkpoint.PTH.TAR", "checkpoint"],
  ["_epoch=12.ckpt", "epoch-12"],
  ["os-fémur.pt", "os-femur"],
  ["骨.pt", "model"],
  ["....pt", "model"],
  ["v1.2", "v1.2"],
])("names the model of %s %s", (path, name) => {
  expect(modelNameOf(path)).toBe(name);
});

test("gives every path a name the table takes", () => {
  fc.assert(
    fc.property(fc.string(), (path) => {
      expect(checkModelName(modelNameOf(path))).toBe(modelNameOf(path));
    }),
  );
});

test.each(["", "-a", "a b", "a/b", "a".repeat(101), "é"])("refuses %j", (name) => {
  expect(() => checkModelName(name)).toThrow(
    expect.objectContaining({ code: "BAD_ARGUMENT", field: "name" }),
  );
});
