import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readWeights, toFloat32, type StateDict } from "@hairline/model/weights";

const folder = new URL("../fixtures/weights/", import.meta.url);
const fixture = (name: string): string => fileURLToPath(new URL(name, folder));

interface ExpectedTensor {
  readonly type: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
}

/** Written by make_weight_files.py beside the files, from the tensors themselves. */
const expected = JSON.parse(readFileSync(fixture("expected.json"), "utf8")) as Record<
  string,
  Record<string, ExpectedTensor>
>;

function plain(weights: StateDict): Record<string, ExpectedTensor> {
  const entries = [...weights].map(([name, tensor]) => [
    name,
    { type: tensor.type, shape: tensor.shape, values: [...toFloat32(tensor)] },
  ]);
  return Object.fromEntries(entries) as Record<string, ExpectedTensor>;
}

/** torch's float64 values, rounded as toFloat32 rounds them. */
function rounded(tensors: Record<string, ExpectedTensor>): Record<string, ExpectedTensor> {
  const entries = Object.entries(tensors).map(([name, tensor]) => [
    name,
    {
      ...tensor,
      values: tensor.values.map((value) => Math.fround(Number(String(value).replace("inf", "Infinity")))),
    },
  ]);
  return Object.fromEntries(entries) as Record<string, ExpectedTensor>;
}

describe("readWeights on files written by PyTorch", () => {
  test.each([
    ["a zip archive", "zip.pt"],
    ["the format before 1.6", "legacy.pth"],
    ["pickle protocol 4", "protocol4.pt"],
    ["a DataParallel state dict", "data_parallel.pth"],
    ["parameters", "parameters.pt"],
    ["every element type", "types.pt"],
    ["every element type in the format before 1.6", "types_legacy.pth"],
    ["half-precision extremes", "halves.pt"],
    ["shared, transposed, strided, expanded and channels-last tensors", "views.pt"],
    ["the same views in the format before 1.6", "views_legacy.pth"],
    ["a checkpoint with optimizer and scheduler", "checkpoint.pth"],
    ["a Lightning checkpoint", "lightning.ckpt.pt"],
  ])("reads %s", async (_, name) => {
    const weights = plain(await readWeights(fixture(name)));
    expect(Object.keys(weights).length).toBeGreaterThan(0);
    expect(weights).toEqual(rounded(expected[name] ?? {}));
  });

  test("keeps the order of the state dict", async () => {
    const names = [...(await readWeights(fixture("zip.pt"))).keys()];
    expect(names.slice(0, 4)).toEqual(["0.weight", "0.bias", "1.weight", "1.bias"]);
  });

  test.each([
    ["a call of os.system", "unsafe_system.pt", "posix.system"],
    ["a call of os.system in the format before 1.6", "unsafe_system_legacy.pth", "posix.system"],
    ["a whole pickled module", "unsafe_whole_model.pt", "torch.nn.modules.linear.Linear"],
  ])("refuses %s and names it", async (_, name, global) => {
    const path = fixture(name);
    await expect(readWeights(path)).rejects.toMatchObject({
      code: "WEIGHTS_UNSAFE_PICKLE",
      field: global,
      file: path,
    });
  });

  test.each([
    ["big-endian weights", "big_endian.pt", "WEIGHTS_UNREADABLE"],
    ["compressed members", "compressed.pt", "WEIGHTS_UNREADABLE"],
    ["a storage that is missing", "no_storage.pt", "WEIGHTS_UNREADABLE"],
    ["a checkpoint without tensors", "no_tensors.pt", "WEIGHTS_UNREADABLE"],
    ["a pickle that torch.save did not write", "unsafe_plain.pkl.pt", "WEIGHTS_UNREADABLE"],
    ["a state dict with a number in it", "mixed.pt", "WEIGHTS_TENSOR_UNEXPECTED"],
    ["a file that does not exist", "absent.pt", "WEIGHTS_UNREADABLE"],
    ["a folder", ".", "WEIGHTS_UNREADABLE"],
    ["a device", "/dev/zero", "WEIGHTS_UNREADABLE"],
  ])("refuses %s", async (_, name, code) => {
    await expect(readWeights(fixture(name))).rejects.toMatchObject({ code, file: fixture(name) });
  });
});
