import { HairlineError } from "@hairline/core/errors";
import type { PlannedImage } from "@hairline/core/training";
import type { PixelImage } from "@hairline/imaging/preprocess";
import { augment, augments, type Augmentation, type BatchInputs } from "@hairline/model/train";
import { mapConcurrently } from "../pipeline/concurrency.ts";
import type { ImageLoader } from "./image-loader.ts";
import type { ImageSource } from "./training-data.ts";

export interface PixelSourceOptions {
  readonly images: readonly PlannedImage[];
  readonly loader: ImageLoader;
  /** Left out for images to judge by. */
  readonly augmentation?: { readonly settings: Augmentation; readonly seed: number } | undefined;
}

/** Images read and decoded anew for each batch. */
export class PixelSource implements ImageSource {
  readonly #options: PixelSourceOptions;

  constructor(options: PixelSourceOptions) {
    this.#options = options;
  }

  async load(indices: Int32Array, epoch: number): Promise<BatchInputs> {
    const { concurrency } = this.#options.loader;
    const pixels: PixelImage[] = [];
    const calls = mapConcurrently(indices.entries(), concurrency, async ([place, index]) => ({
      place,
      image: await this.#loadOne(index, epoch),
    }));
    for await (const { place, image } of calls) pixels[place] = image;
    return stackPixels(pixels);
  }

  async #loadOne(index: number, epoch: number): Promise<PixelImage> {
    const { images, loader, augmentation } = this.#options;
    const { pixels } = await loader.load(images[index]!);
    if (augmentation === undefined || !augments(augmentation.settings)) return pixels;
    return augment(pixels, augmentation.settings, { seed: augmentation.seed, epoch, index });
  }
}

/** One batch has one number of channels: grey images beside colour ones are written three times. */
export function stackPixels(images: readonly PixelImage[]): BatchInputs {
  const channels = images.some((image) => image.channels === 3) ? 3 : 1;
  const size = images[0]?.size ?? 0;
  const plane = size * size;
  const data = new Uint8Array(images.length * channels * plane);
  images.forEach((image, place) => {
    if (image.size !== size)
      throw new HairlineError("BAD_SHAPE", `Image ${place} of the batch is ${image.size} px, not ${size}.`);
    for (let channel = 0; channel < channels; channel += 1) {
      const from = image.channels === 3 ? channel * plane : 0;
      data.set(image.data.subarray(from, from + plane), (place * channels + channel) * plane);
    }
  });
  return { data, channels };
}
