import { randomUUID } from "node:crypto";
import type { Database } from "@hairline/core/db";
import { isHairlineError, type HairlineError } from "@hairline/core/errors";
import type { ObjectStore } from "@hairline/core/storage";
import {
  abandonUpload,
  commitUpload,
  placeImage,
  uploadObjectKey,
  type PlacedImage,
  type UploadTarget,
} from "@hairline/core/uploads";
import { checkImage, type ImageFormat } from "@hairline/imaging/decode";
import { atPace, nextFrom, type ClientPace } from "./client-pace.ts";
import { shownName, type FileOutcome } from "./file-outcome.ts";
import { receiveFile } from "./received-file.ts";
import type { UploadLimits } from "./upload-settings.ts";
import { openZipEntries, type ZipEntry } from "./zip-entries.ts";

const EXTENSIONS: Readonly<Record<ImageFormat, string>> = { png: "png", jpeg: "jpg", tiff: "tif" };

/** A file as a client sends it. */
export interface SentFile {
  readonly name: string | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface UploadRequest {
  /** For reading and drafts. */
  readonly database: Database;
  readonly openStore: (root: string) => ObjectStore;
  readonly target: UploadTarget;
  readonly limits: UploadLimits;
  readonly pace: ClientPace;
  readonly files: AsyncIterator<SentFile>;
  /** Runs the commit as the uploader. */
  readonly commitAs: <T>(commit: (acting: Database) => Promise<T>) => Promise<T>;
}

type Row = Omit<FileOutcome, "imageId"> & { readonly objectKey: string | null };

/**
 * Takes an upload: each file is held against the limits, checked and stored as it comes, and what is stored becomes
 * images of the study when the last one is there, all at once. An upload that breaks off leaves nothing.
 *
 * @returns what became of each file, in the order they came; entries of a ZIP in its place
 * @throws HairlineError REQUEST_TIMEOUT, STORE_FULL, STORE_UNAVAILABLE, STUDY_NOT_FOUND; the pace's signal's reason
 */
export async function receiveUpload(request: UploadRequest): Promise<FileOutcome[]> {
  const uploadId = randomUUID();
  const store = request.openStore(request.target.root);
  const upload: Receiving = { ...request, uploadId, store, rows: [], placed: [] };
  try {
    for (;;) {
      const next = await nextFrom(request.files, request.pace);
      if (next.done === true) break;
      await takeFile(upload, next.value);
    }
    return await settle(upload);
  } catch (error) {
    // What cannot be deleted now, as the store is down, the retention task deletes.
    await abandonUpload(request, uploadId).catch(() => undefined);
    throw error;
  }
}

interface Receiving extends UploadRequest {
  readonly uploadId: string;
  readonly store: ObjectStore;
  readonly rows: Row[];
  readonly placed: PlacedImage[];
}

async function takeFile(upload: Receiving, { name, chunks }: SentFile): Promise<void> {
  const shown = shownName(name);
  const named = { name: shown, zip: null };
  await orRejected(upload, named, async () => {
    const received = await receiveFile(atPace(chunks, upload.pace), upload.limits);
    if (received.kind === "image") return takeImage(upload, named, received.bytes);
    await using file = received.file;
    for (const entry of await openZipEntries(file, upload.limits)) await takeEntry(upload, entry, shown);
  });
}

async function takeEntry(upload: Receiving, entry: ZipEntry, zip: string): Promise<void> {
  upload.pace.signal.throwIfAborted();
  const named = { name: shownName(entry.name), zip };
  await orRejected(upload, named, async () => takeImage(upload, named, await entry.read()));
}

type Named = Pick<FileOutcome, "name" | "zip">;

async function takeImage(upload: Receiving, named: Named, bytes: Uint8Array): Promise<void> {
  const { maxImageBytes, maxPixels } = upload.limits;
  const { format, width, height } = checkImage(bytes, { maxBytes: maxImageBytes, maxPixels });
  const { sha256, objectKey, placed } = await place(upload, bytes, EXTENSIONS[format]);
  if (placed !== undefined) upload.placed.push(placed);
  upload.rows.push({
    ...named,
    outcome: placed === undefined ? "duplicate" : "stored",
    objectKey,
    sha256: sha256.toString("hex"),
    byteSize: bytes.length,
    width,
    height,
    code: null,
    message: null,
  });
}

async function place(upload: Receiving, bytes: Uint8Array, extension: string) {
  const image = { bytes, extension, sha256: await digest(bytes) };
  const objectKey = uploadObjectKey(upload.target.studyId, image.sha256, extension);
  return { sha256: image.sha256, objectKey, placed: await placeImage(upload, image) };
}

/** Off the main thread: 64 MiB take 40 ms. */
async function digest(bytes: Uint8Array): Promise<Buffer> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
}

/** Codes of what one file is; any other failure is the upload's. */
function isOfTheFile({ code }: HairlineError): boolean {
  return code.startsWith("ZIP_") || (code.startsWith("IMAGE_") && code !== "IMAGE_FILE_MISSING");
}

async function orRejected(upload: Receiving, named: Named, take: () => Promise<void>): Promise<void> {
  try {
    await take();
  } catch (error) {
    if (!isHairlineError(error) || !isOfTheFile(error)) throw error;
    const { code, message } = error;
    const nothing = { objectKey: null, sha256: null, byteSize: null, width: null, height: null };
    upload.rows.push({ ...named, ...nothing, outcome: "rejected", code, message });
  }
}

async function settle(upload: Receiving): Promise<FileOutcome[]> {
  const { rows, placed, target, uploadId } = upload;
  const count = (outcome: FileOutcome["outcome"]): number =>
    rows.filter((row) => row.outcome === outcome).length;
  const stored = await upload.commitAs((acting) =>
    commitUpload(acting, {
      target,
      uploadId,
      placed,
      duplicates: count("duplicate"),
      rejected: count("rejected"),
    }),
  );
  const known = await imageIds(upload);
  return rows.map(({ objectKey, ...row }) => {
    const outcome = row.outcome === "stored" && !stored.has(objectKey ?? "") ? "duplicate" : row.outcome;
    return { ...row, outcome, imageId: objectKey === null ? null : (known.get(objectKey) ?? null) };
  });
}

/** Ids by object key, also of images that were there before. */
async function imageIds({ database, target, rows }: Receiving): Promise<Map<string, number>> {
  const keys = rows.map(({ objectKey }) => objectKey).filter((key) => key !== null);
  const found = await database.pool.query<{ id: number; object_key: string }>(
    "select id, object_key from image where dataset_id = $1 and object_key = any ($2::text[])",
    [target.datasetId, keys],
  );
  return new Map(found.rows.map(({ id, object_key }) => [object_key, id]));
}
