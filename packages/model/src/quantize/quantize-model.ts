import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import type { ObjectStore } from "@hairline/core/storage";
import type { PixelImage } from "@hairline/imaging/preprocess";
import { hasExactInt8 } from "../engine/cpu-features.ts";
import { loadStoredFile } from "../registry/artefacts.ts";
import type { ResnetModelRecord } from "../registry/model-record.ts";
import { requireFullPrecision, storeVariant, type StoredVariant } from "../registry/store-variant.ts";
import { identifyResnet } from "../resnet/identify.ts";
import type { Verification } from "../verify/verification.ts";
import { verifyEngine } from "../verify/verify-engine.ts";
import { readSafetensors } from "../weights/safetensors-read.ts";
import { buildInt8Graph } from "./build-int8-graph.ts";
import { calibrateRanges } from "./calibrate.ts";
import { describeQuantization } from "./quantization.ts";

export interface QuantizeModelOptions {
  readonly database: Database;
  readonly store: ObjectStore;
  /** The fp32 model. */
  readonly base: ResnetModelRecord;
  /** Default: the base's name and `-int8`. */
  readonly name?: string | undefined;
  /** Where the images come from, such as a dataset's name. */
  readonly source: string;
  readonly calibration: AsyncIterable<PixelImage> | Iterable<PixelImage>;
  /** Images that the calibration does not see; the deviation is measured on them. */
  readonly heldOut: readonly PixelImage[];
  readonly threads?: number | undefined;
}

export interface QuantizedModel extends StoredVariant {
  readonly verification: Verification;
}

/**
 * Makes an int8 model of an fp32 one, calibrated on an archive's images, stores it as a model of its own and measures
 * how far it is from the fp32 one. A result beyond the tolerance is stored too: workers then refuse the model.
 *
 * @throws HairlineError ENGINE_UNAVAILABLE where the CPU lacks VNNI; BAD_ARGUMENT without images, for the name or for a
 *   base that is a variant; MODEL_NAME_TAKEN, MODEL_DAMAGED
 */
export async function quantizeModel(options: QuantizeModelOptions): Promise<QuantizedModel> {
  const { database, store, base, source, heldOut, threads } = options;
  checkPossible(options);
  const weights = identifyResnet(readSafetensors(await loadStoredFile(store, base.weights)));
  const network = { weights, preprocessing: base.preprocessing };
  let images = 0;
  const batches = singles(options.calibration, () => (images += 1));
  const ranges = await calibrateRanges({ ...network, batches, threads });
  const stored = await storeVariant({
    database,
    store,
    base,
    name: options.name ?? `${base.name}-int8`,
    graph: buildInt8Graph(network, ranges),
    variant: { precision: "int8", quantization: describeQuantization(ranges, { source, images }) },
  });
  const verification = await verifyEngine({
    database,
    store,
    model: stored.model,
    engine: "cpu",
    threads,
    images: { source: `${source}, held out`, pixels: heldOut },
  });
  return { ...stored, verification };
}

function checkPossible({ base, heldOut }: QuantizeModelOptions): void {
  requireFullPrecision(base);
  if (heldOut.length === 0)
    throw new HairlineError("BAD_ARGUMENT", "There is no image to measure the int8 model on.", {
      field: "images",
      remedy: "Name a dataset with more images, or calibrate on fewer.",
    });
  if (hasExactInt8()) return;
  throw new HairlineError(
    "ENGINE_UNAVAILABLE",
    "This CPU lacks the VNNI instructions that int8 networks need.",
    {
      field: "cpu",
      remedy: "Quantize where the workers run, on a CPU with AVX-512 VNNI or AVX-VNNI, or on arm64.",
    },
  );
}

async function* singles(images: AsyncIterable<PixelImage> | Iterable<PixelImage>, count: () => void) {
  for await (const { channels, size, data } of images) {
    count();
    yield { count: 1, channels, size, data };
  }
}
