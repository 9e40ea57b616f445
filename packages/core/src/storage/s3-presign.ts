import { HairlineError } from "../errors.ts";
import { keyParts } from "./object-key.ts";
import type { PresignOptions } from "./object-store.ts";
import type { S3Bucket } from "./s3-client.ts";
import { storeError } from "./s3-error.ts";

/** Signatures of version 4 hold for a week at most. */
const MAX_SECONDS = 7 * 24 * 3600;

export async function presignS3Get(
  bucket: S3Bucket,
  key: string,
  { expiresInSeconds }: PresignOptions,
): Promise<string> {
  keyParts(key);
  if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 1 || expiresInSeconds > MAX_SECONDS) {
    throw new HairlineError("BAD_ARGUMENT", `A link cannot hold for ${expiresInSeconds} seconds.`, {
      field: "expiresInSeconds",
      remedy: "Choose a whole number from 1 to 604800.",
    });
  }
  const [{ GetObjectCommand }, { getSignedUrl }] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("@aws-sdk/s3-request-presigner"),
  ]);
  const command = new GetObjectCommand({ Bucket: bucket.bucket, Key: bucket.prefix + key });
  try {
    return await getSignedUrl(await bucket.client(), command, { expiresIn: expiresInSeconds });
  } catch (error) {
    throw storeError(error, { bucket: bucket.bucket, key: bucket.prefix + key });
  }
}
