import { createHash, randomUUID } from "node:crypto";
import { HairlineError } from "@hairline/core/errors";
import type { ObjectStore } from "@hairline/core/storage";
import type { HashedObject } from "@hairline/core/training";

/** ResNet-34 with Adam's moments, an average and the best weights: 425 MB. */
const MAX_CHECKPOINT_BYTES = 1024 ** 3;

/** Where the files of a training lie: starting weights, checkpoints, model card. */
export function trainingPrefix(trainingId: string): string {
  return `trainings/${trainingId}/`;
}

/** Stores a file beside the last one; it counts once its key and hash are committed. */
export async function putCheckpoint(
  store: ObjectStore,
  trainingId: string,
  bytes: Uint8Array,
): Promise<HashedObject> {
  const objectKey = `${checkpointPrefix(trainingId)}${randomUUID()}.safetensors`;
  await store.put(objectKey, bytes);
  return { objectKey, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** @throws HairlineError CHECKPOINT_MISMATCH when it is not the one that was committed, IMAGE_FILE_MISSING */
export async function getCheckpoint(
  store: ObjectStore,
  { objectKey, sha256 }: HashedObject,
): Promise<Uint8Array> {
  const bytes = await store.get(objectKey, { maxBytes: MAX_CHECKPOINT_BYTES });
  if (createHash("sha256").update(bytes).digest("hex") === sha256) return bytes;
  throw new HairlineError("CHECKPOINT_MISMATCH", "The checkpoint does not match its hash.", {
    file: objectKey,
    remedy: "Cancel the training and start a new one.",
  });
}

/** Deletes the checkpoints of a training but the one to keep: those a crash left, or all when it has ended. */
export async function deleteCheckpoints(
  store: ObjectStore,
  trainingId: string,
  keep?: string,
): Promise<void> {
  for await (const { key } of store.list(checkpointPrefix(trainingId)))
    if (key !== keep) await store.delete(key);
}

function checkpointPrefix(trainingId: string): string {
  return `${trainingPrefix(trainingId)}checkpoint-`;
}
