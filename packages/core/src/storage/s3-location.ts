import { HairlineError } from "../errors.ts";
import { keyParts } from "./object-key.ts";

export interface S3Location {
  readonly bucket: string;
  /** What every key begins with: "" or parts that end in "/". */
  readonly prefix: string;
}

/** No more than the characters of a host name's labels: a bucket may become one, and must not name another host. */
const BUCKET = /^[a-z0-9]+(?:[.-]+[a-z0-9]+)*$/;
const IP_ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;
const SCHEME = "s3://";

export function isS3Url(location: string): boolean {
  return location.startsWith(SCHEME);
}

/**
 * The bucket and prefix of s3://bucket/prefix. The prefix is taken as it is written, without percent-decoding, as
 * the aws command does; a slash at its end makes no difference.
 *
 * @throws HairlineError BAD_ARGUMENT
 */
export function parseS3Url(url: string): S3Location {
  const [, bucket = "", path = ""] = /^s3:\/\/([^/]*)\/?(.*)$/s.exec(url) ?? [];
  if (bucket.length < 3 || bucket.length > 63 || !BUCKET.test(bucket) || IP_ADDRESS.test(bucket)) {
    throw badUrl(url, "names no bucket");
  }
  const prefix = path.endsWith("/") ? path.slice(0, -1) : path;
  if (prefix === "") return { bucket, prefix: "" };
  try {
    return { bucket, prefix: `${keyParts(prefix).join("/")}/` };
  } catch (cause) {
    throw badUrl(url, "has a prefix with empty, . or .. parts, or of more than 1,024 bytes", cause);
  }
}

/** The location as a user writes it, without a slash at its end. */
export function formatS3Url({ bucket, prefix }: S3Location): string {
  return prefix === "" ? `${SCHEME}${bucket}` : `${SCHEME}${bucket}/${prefix.slice(0, -1)}`;
}

function badUrl(url: string, reason: string, cause?: unknown): HairlineError {
  const shown = url.length > 200 ? `${url.slice(0, 200)}…` : url;
  return new HairlineError("BAD_ARGUMENT", `${JSON.stringify(shown)} ${reason}.`, {
    file: shown,
    remedy: "Write s3://bucket/prefix; the server comes from HAIRLINE_S3_ENDPOINT.",
    cause,
  });
}
