import { HairlineError } from "@hairline/core/errors";
import { z } from "zod";

const perChannel = z.tuple([z.number(), z.number(), z.number()]);
const perChannelPositive = z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]);

const preprocessingSchema = z.strictObject({
  inputSize: z.int().min(1).max(4096),
  resample: z.literal("bilinear"),
  mean: perChannel,
  std: perChannelPositive,
});

/** How a file becomes the network's input, as stored with a model. */
export interface Preprocessing {
  /** Side of the square the whole image is resized to, in pixels; the aspect ratio is not kept. */
  readonly inputSize: number;
  /** Pillow's triangle filter, antialiased when shrinking. */
  readonly resample: "bilinear";
  /** Per RGB channel, of values scaled to [0, 1]; applied inside the graph as (x/255 − mean)/std. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** What torchvision's ImageNet models expect, with `Resize((224, 224))` as the MURA code does. */
export const IMAGENET_PREPROCESSING: Preprocessing = Object.freeze<Preprocessing>({
  inputSize: 224,
  resample: "bilinear",
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
});

/**
 * Checks a preprocessing that came from outside: a model's row, a command's option.
 * @throws HairlineError BAD_ARGUMENT, with every fault in the message
 */
export function parsePreprocessing(value: unknown): Preprocessing {
  const parsed = preprocessingSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new HairlineError("BAD_ARGUMENT", `Not a preprocessing: ${z.prettifyError(parsed.error)}`, {
    field: "preprocessing",
    cause: parsed.error,
  });
}
