import type { AddressInfo } from "node:net";
import { openObjectStore, type ListedObject } from "@hairline/core/storage";
import { temporaryFolder } from "@hairline/core/testing";
import type { Uploads } from "../../src/services.ts";
import { openApi, type OpenApiOptions } from "../open-api.ts";

/** A file to send: its name and bytes. */
export type Sent = readonly [name: string, bytes: Uint8Array];

export interface UploadSiteOptions {
  /** Folder or s3:// URL; a temporary folder when left out. */
  readonly location?: string;
  readonly limits?: Partial<Uploads["limits"]>;
  readonly openStore?: Uploads["openStore"];
  readonly atOnce?: number;
  readonly log?: OpenApiOptions["log"];
  readonly study?: Readonly<Record<string, unknown>>;
}

const LIMITS: Uploads["limits"] = {
  maxBytes: 4 * 1024 ** 2,
  maxImageBytes: 1024 ** 2,
  maxFiles: 5,
  maxUnpackedBytes: 8 * 1024 ** 2,
  maxRatio: 100,
  maxPixels: 1_000_000,
  stallMs: 60_000,
  totalMs: 120_000,
};

/** An API that listens, with a dataset "inbox" scored by "net", and one study in it. */
export async function openUploadSite(options: UploadSiteOptions = {}) {
  const folder = await temporaryFolder();
  const { location = folder.path, limits, study = {}, openStore = openObjectStore, atOnce = 4 } = options;
  const uploads = { location, openStore, atOnce, limits: { ...LIMITS, ...limits } };
  const api = await openApi({ uploads, ...(options.log === undefined ? {} : { log: options.log }) });
  const { pool } = api.database;
  await pool.query(
    `insert into model (name, kind, architecture, weights_sha256, graph_sha256, preprocessing,
       preprocessing_fingerprint, input_size, cam_cells, alphas)
     values ('net', 'resnet', 'resnet18', '\\x00', '\\x01',
       '{"inputSize": 64, "resample": "bilinear", "mean": [0, 0, 0], "std": [1, 1, 1]}', 'f', 64, 4, '{0.5}')`,
  );
  const asked = { scope: "score" } as const;
  const made = await api.post("/v1/datasets", { name: "inbox", model: "net" }, asked);
  if (made.statusCode !== 201) throw new Error(made.body);
  const opened = await api.post("/v1/datasets/inbox/studies", { studyKey: "exam 1", ...study }, asked);
  const { studyId } = opened.json<{ studyId: number }>();
  await api.server.listen({ host: "127.0.0.1", port: 0 });
  const { port } = api.server.server.address() as AddressInfo;
  const authorization = await api.bearer("score");
  return {
    ...api,
    port,
    studyId,
    authorization,
    async upload(files: readonly Sent[], headers: Readonly<Record<string, string>> = {}) {
      const body = new FormData();
      for (const [name, bytes] of files) body.append("file", new Blob([Uint8Array.from(bytes)]), name);
      const url = `http://127.0.0.1:${port}/v1/studies/${studyId}/images`;
      const answer = await fetch(url, { method: "POST", body, headers: { authorization, ...headers } });
      return { status: answer.status, headers: answer.headers, body: (await answer.json()) as UploadBody };
    },
    /** Everything below the location. */
    async objects(): Promise<ListedObject[]> {
      const found: ListedObject[] = [];
      for await (const object of openObjectStore(location).list("")) found.push(object);
      return found;
    },
    async count(table: "image" | "upload_draft" | "study_timer"): Promise<number> {
      const { rows } = await pool.query<{ n: number }>(`select count(*)::int as n from ${table}`);
      return rows[0]?.n ?? -1;
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

export type UploadSite = Awaited<ReturnType<typeof openUploadSite>>;

interface UploadBody {
  readonly code?: string;
  readonly stored: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly files: {
    name: string;
    zip: string | null;
    outcome: string;
    code: string | null;
    imageId: number | null;
  }[];
  readonly upload: { state: string; images: number };
}
