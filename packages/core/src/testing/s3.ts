import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";

import { withFileLock } from "../db/embedded/file-lock.ts";
import { silenceSdkVersionNotice } from "../storage/config.ts";
import { testHome } from "./config.ts";
import {
  endSwiftCluster,
  isServing,
  readCluster,
  startSwiftCluster,
  type SwiftCluster,
} from "./swift/cluster.ts";
import { S3_REGION } from "./swift/configuration.ts";

/** An S3 server of the test run, and a bucket of its own for each caller. */
export interface TestS3 {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** New and empty. */
  readonly bucket: string;
  /** The variables with which a process reaches it. */
  readonly environment: Readonly<Record<string, string>>;
}

const ACCESS_KEY_ID = "test:tester";
const START_WITHIN_MS = 360_000;

/**
 * A bucket on a real S3 server: OpenStack Swift with its S3 interface, shared by the processes of a vitest run,
 * path-style and with signatures of version 4. The first call of a run starts the server (some seconds); the
 * global set-up's teardown ends it and removes what it stored.
 *
 * @throws HairlineError STORE_UNAVAILABLE when Debian's packages cannot be had or the server does not start
 */
export async function startS3(): Promise<TestS3> {
  const { endpoint, secretAccessKey } = await (started ??= shareCluster(testHome()));
  const server = { endpoint, region: S3_REGION, accessKeyId: ACCESS_KEY_ID, secretAccessKey };
  const bucket = `test-${randomUUID()}`;
  await createBucket(server, bucket);
  return {
    ...server,
    bucket,
    environment: {
      HAIRLINE_S3_ENDPOINT: endpoint,
      HAIRLINE_S3_REGION: S3_REGION,
      HAIRLINE_S3_PATH_STYLE: "true",
      AWS_ACCESS_KEY_ID: ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
  };
}

let started: Promise<SwiftCluster> | undefined;

/** Ends the server of a run's folder, if there is one, also when it was still starting. */
export async function endLeftoverS3(home: string): Promise<void> {
  const cluster = await readCluster(clusterFolder(home));
  if (cluster !== undefined) await endSwiftCluster(cluster);
}

async function shareCluster(home: string): Promise<SwiftCluster> {
  const folder = clusterFolder(home);
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  const provide = async (): Promise<SwiftCluster> => {
    const running = await readCluster(folder);
    if (running !== undefined && (await isServing(running))) return running;
    if (running !== undefined) await endSwiftCluster(running);
    return startSwiftCluster(folder);
  };
  return withFileLock(`${folder}.lock`, provide, START_WITHIN_MS);
}

function clusterFolder(home: string): string {
  return join(home, "s3", "swift");
}

async function createBucket(server: Omit<TestS3, "bucket" | "environment">, bucket: string): Promise<void> {
  silenceSdkVersionNotice();
  const { CreateBucketCommand, S3Client } = await import("@aws-sdk/client-s3");
  const { endpoint, region, accessKeyId, secretAccessKey } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 5 });
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } finally {
    client.destroy();
  }
}
