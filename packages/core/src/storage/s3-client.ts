import type { S3Client } from "@aws-sdk/client-s3";

import { silenceSdkVersionNotice, type S3Settings } from "./config.ts";

/** Tries of one request, the SDK's exponential back-off with jitter between them: some seconds in all. */
const MAX_ATTEMPTS = 5;
const CONNECT_TIMEOUT_MS = 10_000;
/** Until the answer's head; a part of 8 MiB needs 70 kB/s. */
const ANSWER_TIMEOUT_MS = 120_000;

/** A bucket, and how it is reached. */
export interface S3Bucket {
  readonly bucket: string;
  readonly prefix: string;
  /** Objects a request lists. */
  readonly pageObjects: number;
  /** Loaded on first use: the SDK takes 150 ms to load, which commands without S3 are not to wait for. */
  readonly client: () => Promise<S3Client>;
}

const clients = new Map<string, Promise<S3Client>>();

/** One client, with one pool of connections, for all stores of the same settings. Idle connections end by themselves. */
export function sharedClient(settings: S3Settings): Promise<S3Client> {
  const key = JSON.stringify(settings);
  const known = clients.get(key);
  if (known !== undefined) return known;
  const client = createClient(settings);
  clients.set(key, client);
  return client;
}

async function createClient(settings: S3Settings): Promise<S3Client> {
  silenceSdkVersionNotice();
  const sdk = await import("@aws-sdk/client-s3");
  const { endpoint, region, credentials } = settings;
  const hasEndpoint = endpoint !== undefined;
  const checksums = settings.checksums ?? (hasEndpoint ? "when-required" : "when-supported");
  const mode = checksums === "when-required" ? "WHEN_REQUIRED" : "WHEN_SUPPORTED";
  return new sdk.S3Client({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials: plainCredentials(credentials) }),
    forcePathStyle: settings.forcePathStyle ?? hasEndpoint,
    requestChecksumCalculation: mode,
    // The SDK's checking stream neither ends nor fails when the body under it breaks off. Lengths are checked here.
    responseChecksumValidation: "WHEN_REQUIRED",
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: ANSWER_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
}

function plainCredentials({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: NonNullable<S3Settings["credentials"]>) {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
