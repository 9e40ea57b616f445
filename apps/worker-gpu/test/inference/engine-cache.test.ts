import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import type { InferenceEngine } from "@hairline/model/engine";
import type { ModelFiles } from "@hairline/model/registry";
import { describe, expect, it } from "vitest";
import { EngineCache } from "../../src/inference/engine-cache.ts";

const model = (sha256: string): ModelFiles => ({
  graph: { objectKey: `${sha256}.onnx`, sha256 },
  weights: { objectKey: "weights.safetensors", sha256: "" },
  precision: "fp32",
  preprocessing: IMAGENET_PREPROCESSING,
});

/** A cache of two, with what happens to its engines in order. */
function recordedCache() {
  const events: string[] = [];
  const open = async ({ graph: { sha256 } }: ModelFiles): Promise<InferenceEngine> => {
    events.push(`open ${sha256}`);
    const close = async () => void events.push(`close ${sha256}`);
    return {
      name: sha256,
      device: "cpu",
      inputSize: 32,
      infer: () => Promise.reject(new Error("not asked")),
      close,
      [Symbol.asyncDispose]: close,
    };
  };
  return { events, cache: new EngineCache({ open, capacity: 2 }) };
}

describe("EngineCache", () => {
  it("opens a network once", async () => {
    const { events, cache } = recordedCache();
    const first = await cache.get(model("a"));
    expect(await cache.get(model("a"))).toBe(first);
    expect(events).toEqual(["open a"]);
  });

  it("closes the network not used for longest before it opens one too many", async () => {
    const { events, cache } = recordedCache();
    for (const name of ["a", "b", "a", "c", "a", "b"]) await cache.get(model(name));
    expect(events).toEqual(["open a", "open b", "close b", "open c", "close c", "open b"]);
  });

  it("tries again to open a network that failed to", async () => {
    let attempts = 0;
    const cache = new EngineCache({
      capacity: 2,
      open: async () => {
        attempts += 1;
        throw new Error("damaged");
      },
    });
    await expect(cache.get(model("a"))).rejects.toThrow("damaged");
    await expect(cache.get(model("a"))).rejects.toThrow("damaged");
    expect(attempts).toBe(2);
  });
});
