import { join } from "node:path";
import { importArchive } from "@hairline/core/ingest";
import { openFilesystemStore, openObjectStore } from "@hairline/core/storage";
import { startHttpFaults, startS3, type HttpFault, type SeenRequest } from "@hairline/core/testing";
import type { Fault } from "../fault.ts";
import type { SeededRandom } from "../random.ts";
import { useVariables } from "../stage/config.ts";
import type { Stage } from "../stage/stage.ts";

/** One request in so many fails: more often than at any store in service. */
const ONE_IN = 5;

export const s3Errors = s3Fault({
  name: "s3-errors",
  title: "S3, 5xx and broken connections",
  faultOf: (_request, random) => {
    if (random.integer(1, ONE_IN) > 1) return undefined;
    return ([{ status: 500 }, { status: 503 }, "reset"] as const)[random.integer(0, 2)];
  },
});

export const s3Truncated = s3Fault({
  name: "s3-truncated",
  title: "S3, truncated bodies",
  faultOf: ({ method }, random) =>
    method === "GET" && random.integer(1, ONE_IN) === 1 ? { cutAfter: random.integer(0, 2_000) } : undefined,
});

interface S3Fault extends Pick<Fault, "name" | "title"> {
  readonly faultOf: (request: SeenRequest, random: SeededRandom) => HttpFault | undefined;
}

function s3Fault({ faultOf, ...named }: S3Fault): Fault {
  return {
    ...named,
    group: "storage",
    queue: "redis",
    async play(stage) {
      const s3 = await startS3();
      useVariables(s3.environment);
      const datasetId = await moveToS3(stage, s3.bucket);
      let failed = 0;
      await using store = await startHttpFaults(s3.endpoint, (request) => {
        const fault = faultOf(request, stage.random);
        if (fault !== undefined) failed += 1;
        return fault;
      });
      await stage.openRun(datasetId);
      await stage.noteBefore();
      const env = {
        ...s3.environment,
        HAIRLINE_S3_ENDPOINT: store.endpoint,
        HAIRLINE_OBJECTS: `s3://${s3.bucket}/objects`,
      };
      await Promise.all([stage.start("scheduler"), stage.start("worker-gpu", { env })]);
      await stage.whenEnded();
      if (failed === 0) throw new Error("no request failed");
      return `one of ${ONE_IN} requests for images and network failed`;
    },
  };
}

/** The archive and the networks. @returns the archive's dataset */
async function moveToS3({ site, database }: Stage, bucket: string): Promise<number> {
  const archive = openObjectStore(`s3://${bucket}/archive`);
  await Promise.all(site.images.map(({ key, bytes }) => archive.put(key, bytes)));
  const local = openFilesystemStore(join(site.home, "objects"));
  const objects = openObjectStore(`s3://${bucket}/objects`);
  for await (const { key } of local.list("")) await objects.put(key, await local.get(key));
  const { datasetId } = await importArchive({ database, path: `s3://${bucket}/archive`, name: "on-s3" });
  return datasetId;
}
