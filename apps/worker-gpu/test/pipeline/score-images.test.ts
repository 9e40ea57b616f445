import { setImmediate as tick } from "node:timers/promises";
import { HairlineError } from "@hairline/core/errors";
import type { PixelImage } from "@hairline/imaging/preprocess";
import type { InferenceResult, PixelBatch } from "@hairline/model/engine";
import { describe, expect, it } from "vitest";
import { imageErrorWhenLost } from "../../src/decode/decode-pool.ts";
import { BatchRoom } from "../../src/pipeline/batch-room.ts";
import { scoreImages, type ScoringStages } from "../../src/pipeline/score-images.ts";
import { ThreadPool, threadUrl } from "@hairline/core/threads";
import type { CrashRequest } from "../fixtures/crash-thread.ts";

const images = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    objectKey: `image-${index + 1}`,
    imported: undefined,
  }));

/** Pixels whose one value is the number in the object key; the network returns it as the logit. */
const STAGES: ScoringStages = {
  read: async ({ objectKey }) => Uint8Array.of(Number(objectKey.split("-")[1])),
  decode: async (bytes): Promise<PixelImage> => ({ channels: 1, size: 1, data: bytes }),
  infer: async ({ count, data }: PixelBatch): Promise<InferenceResult> => ({
    logits: Float32Array.from(data),
    cams: new Float32Array(count * 2).map((_, index) => index % 2),
    camHeight: 1,
    camWidth: 2,
    embeddings: new Float32Array(count),
  }),
  decodesInFlight: 4,
  batchesInFlight: 2,
  room: new BatchRoom(8),
  alphas: [0.5],
  keepEmbeddings: false,
};

const never = new AbortController().signal;

describe("scoreImages", () => {
  it.each([0, 1, 8, 50])("scores each of %i images once", async (count) => {
    const { predictions, rejections } = await scoreImages(images(count), STAGES, never);
    expect(rejections).toEqual([]);
    expect(predictions).toHaveLength(count);
    expect(new Map(predictions.map(({ imageId, logit }) => [imageId, logit]))).toEqual(
      new Map(images(count).map(({ id }) => [id, id])),
    );
  });

  it("rejects the images that are at fault, with their codes, and scores the others", async () => {
    const faults = new Map([
      ["image-2", new HairlineError("IMAGE_FILE_MISSING", "not there")],
      ["image-5", new HairlineError("IMAGE_TRUNCATED", "cut short")],
      ["image-6", new HairlineError("PATH_OUTSIDE_ROOT", "leads out")],
    ]);
    const stages: ScoringStages = {
      ...STAGES,
      read: async (image, signal) => {
        const fault = faults.get(image.objectKey);
        if (fault !== undefined) throw fault;
        return STAGES.read(image, signal);
      },
    };
    const { predictions, rejections } = await scoreImages(images(9), stages, never);
    expect(new Set(predictions.map(({ imageId }) => imageId))).toEqual(new Set([1, 3, 4, 7, 8, 9]));
    expect(new Set(rejections)).toEqual(
      new Set([
        { imageId: 2, code: "IMAGE_FILE_MISSING", message: "not there" },
        { imageId: 5, code: "IMAGE_TRUNCATED", message: "cut short" },
        { imageId: 6, code: "PATH_OUTSIDE_ROOT", message: "leads out" },
      ]),
    );
  });

  it("rejects the image a decoding thread crashes on and goes on with a new thread", async () => {
    await using pool = new ThreadPool<CrashRequest, Uint8Array>({
      url: threadUrl("../fixtures/crash-thread", import.meta.url),
      size: 2,
      errorWhenLost: (reason) =>
        imageErrorWhenLost(reason, { maxBytes: 1, maxPixels: 1, decodeTimeoutMs: 1_000 }),
    });
    const stages: ScoringStages = {
      ...STAGES,
      decode: async (bytes) => {
        return { channels: 1, size: 1, data: await pool.run({ bytes, crash: bytes[0] === 3 }) };
      },
    };
    const { predictions, rejections } = await scoreImages(images(6), stages, never);
    expect(predictions).toHaveLength(5);
    expect(rejections).toMatchObject([{ imageId: 3, code: "IMAGE_UNREADABLE" }]);
  });

  it("holds a bounded number of images while the network is busy", async () => {
    const release: (() => void)[] = [];
    let read = 0;
    const stages: ScoringStages = {
      ...STAGES,
      room: new BatchRoom(4),
      decodesInFlight: 3,
      read: async (image, signal) => {
        read += 1;
        return STAGES.read(image, signal);
      },
      infer: async (batch, signal) => {
        await new Promise<void>((resolve) => release.push(resolve));
        return STAGES.infer(batch, signal);
      },
    };
    const scored = scoreImages(images(200), stages, never);
    for (let turn = 0; turn < 100; turn += 1) await tick();
    expect(release).toHaveLength(2);
    // Two batches in the network, two ready, one filling, and the decodes in flight.
    expect(read).toBeLessThanOrEqual(5 * 4 + 3);

    const drain = async () => {
      for (let open = release.shift(); open !== undefined; open = release.shift()) {
        open();
        for (let turn = 0; turn < 20; turn += 1) await tick();
      }
    };
    await drain();
    expect((await scored).predictions).toHaveLength(200);
  });

  it.each(["read", "decode", "infer"] as const)("fails as a whole when %s breaks down", async (stage) => {
    const broken = async () => {
      throw new HairlineError("INTERNAL", "broken down");
    };
    const scored = scoreImages(images(40), { ...STAGES, [stage]: broken }, never);
    await expect(scored).rejects.toMatchObject({ code: "INTERNAL" });
  });

  it("stops every stage when its signal aborts, with the signal's reason", async () => {
    const controller = new AbortController();
    const signals = new Set<AbortSignal>();
    const stages: ScoringStages = {
      ...STAGES,
      infer: (_batch, signal) => {
        signals.add(signal);
        controller.abort(new HairlineError("INTERRUPTED", "stop"));
        return new Promise((_resolve, reject) => {
          if (signal.aborted) reject(signal.reason);
          else signal.addEventListener("abort", () => reject(signal.reason));
        });
      },
    };
    await expect(scoreImages(images(100), stages, controller.signal)).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
    expect([...signals].every(({ aborted }) => aborted)).toBe(true);
  });

  it("starts nothing when its signal was aborted before", async () => {
    const stages: ScoringStages = {
      ...STAGES,
      read: async () => {
        throw new Error("was read");
      },
    };
    const aborted = AbortSignal.abort(new HairlineError("INTERRUPTED", "stop"));
    await expect(scoreImages(images(3), stages, aborted)).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});
