import { randomUUID } from "node:crypto";

import { openS3Store } from "@hairline/core/storage";
import { startS3 } from "@hairline/core/testing";

import { describeObjectStore } from "./contract/object-store.ts";

// A prefix of its own for each test in one bucket; another test's keys beside it must not show.
describeObjectStore("S3", async () => {
  const { endpoint, region, accessKeyId, secretAccessKey, bucket } = await sharedServer();
  const credentials = { accessKeyId, secretAccessKey };
  const store = openS3Store({ bucket, prefix: `${randomUUID()}/`, endpoint, region, credentials });
  return { store, [Symbol.asyncDispose]: () => Promise.resolve() };
});

let server: ReturnType<typeof startS3> | undefined;

function sharedServer(): ReturnType<typeof startS3> {
  server ??= startS3();
  return server;
}
