import { HairlineError } from "@hairline/core/errors";
import { z } from "zod";
import { readSafetensors } from "../../weights/safetensors-read.ts";
import { writeSafetensors } from "../../weights/safetensors-write.ts";
import { toFloat32, type StateDict, type Tensor } from "../../weights/tensor.ts";
import type { TrainingCheckpoint } from "../loop/checkpoint.ts";

/** What is not a vector. JSON gives every number back to the last bit. */
const Place = z.strictObject({
  epoch: z.int().min(0),
  stepsOfEpoch: z.int().min(0),
  lossSum: z.number(),
  step: z.int().min(0),
  best: z.strictObject({ epoch: z.int().min(-1), loss: z.number().nullable(), waited: z.int().min(0) }),
});

const PLACE = "place";

/** A checkpoint as a safetensors file: each vector a tensor, the rest as JSON in the bytes of `place`. */
export function encodeCheckpoint(checkpoint: TrainingCheckpoint): Uint8Array {
  const { epoch, stepsOfEpoch, lossSum, state, best, bestWeights } = checkpoint;
  const { step, weights, first, second, average } = state;
  const place = Buffer.from(JSON.stringify({ epoch, stepsOfEpoch, lossSum, step, best }), "utf8");
  const vectors = { weights, first, second, average, bestWeights };
  const tensors = new Map<string, Tensor>();
  for (const [name, values] of Object.entries(vectors))
    if (values !== undefined) tensors.set(name, vector(values));
  tensors.set(PLACE, { type: "uint8", shape: [place.length], bytes: place });
  return writeSafetensors(tensors, { format: "hairline-checkpoint" });
}

/** @throws HairlineError WEIGHTS_UNREADABLE, CHECKPOINT_MISMATCH */
export function decodeCheckpoint(file: Uint8Array): TrainingCheckpoint {
  const tensors = readSafetensors(file);
  const { step, ...place } = readPlace(tensors.get(PLACE));
  const average = optional(tensors, "average");
  return {
    ...place,
    state: {
      step,
      weights: required(tensors, "weights"),
      first: required(tensors, "first"),
      second: required(tensors, "second"),
      ...(average === undefined ? {} : { average }),
    },
    bestWeights: optional(tensors, "bestWeights"),
  };
}

function vector(values: Float32Array): Tensor {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { type: "float32", shape: [values.length], bytes };
}

function readPlace(tensor: Tensor | undefined): z.infer<typeof Place> {
  if (tensor === undefined) throw mismatch(PLACE);
  const parsed = Place.safeParse(JSON.parse(Buffer.from(tensor.bytes).toString("utf8")));
  if (!parsed.success) throw mismatch(z.prettifyError(parsed.error));
  return parsed.data;
}

function required(tensors: StateDict, name: string): Float32Array {
  const values = optional(tensors, name);
  if (values === undefined) throw mismatch(name);
  return values;
}

function optional(tensors: StateDict, name: string): Float32Array | undefined {
  const tensor = tensors.get(name);
  return tensor === undefined ? undefined : toFloat32(tensor);
}

function mismatch(field: string): HairlineError {
  return new HairlineError("CHECKPOINT_MISMATCH", "The checkpoint was written by another release.", {
    field,
    remedy: "Cancel the training and start a new one.",
  });
}
