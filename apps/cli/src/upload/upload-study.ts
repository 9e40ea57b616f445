import { randomUUID } from "node:crypto";
import { openAsBlob } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { imagesBody, type HairlineClient, type Schema } from "@hairline/client";
import { HairlineError, isHairlineError } from "@hairline/core/errors";
import { askApi, isErrorCode, type AskOptions } from "./ask-api.ts";
import { batchesOf } from "./batches.ts";
import type { LocalFile } from "./collect-files.ts";

export interface StudyUpload extends AskOptions {
  readonly client: HairlineClient;
  readonly dataset: string;
  /** Makes the dataset, scored by this model, when there is none. */
  readonly model?: string | undefined;
  readonly study: Schema<"NewStudyInput">;
  readonly files: readonly LocalFile[];
  /** All views are there with these. */
  readonly complete: boolean;
  readonly onProgress: (files: number) => void;
}

export interface UploadReport {
  readonly studyId: number;
  readonly created: boolean;
  readonly stored: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly files: readonly Schema<"UploadedFile">[];
  readonly upload: Schema<"UploadProgress">;
}

/**
 * Uploads files into a study through the API, in as many requests as it takes, each safe to be sent again.
 *
 * @throws HairlineError as askApi does
 */
export async function uploadStudy(upload: StudyUpload): Promise<UploadReport> {
  const { client, dataset, study, files } = upload;
  if (upload.model !== undefined) await makeDataset(upload, upload.model);
  const { studyId, created } = await askApi(
    () => client.POST("/v1/datasets/{dataset}/studies", { params: { path: { dataset } }, body: study }),
    upload,
  );
  const answers: Schema<"Upload">[] = [];
  let sent = 0;
  for (const batch of batchesOf(files)) {
    answers.push(await sendBatch(upload, studyId, batch));
    sent += batch.length;
    upload.onProgress(sent);
  }
  const progress = upload.complete ? await completeStudy(upload, studyId) : answers.at(-1)?.upload;
  const sum = (count: "stored" | "duplicates" | "rejected"): number =>
    answers.reduce((total, answer) => total + answer[count], 0);
  if (progress === undefined) throw new HairlineError("BAD_ARGUMENT", "There is no file to upload.");
  return {
    studyId,
    created,
    stored: sum("stored"),
    duplicates: sum("duplicates"),
    rejected: sum("rejected"),
    files: answers.flatMap((answer) => answer.files),
    upload: progress,
  };
}

async function makeDataset({ client, dataset, ...options }: StudyUpload, model: string): Promise<void> {
  const body = { name: dataset, model };
  await askApi(() => client.POST("/v1/datasets", { body }), options).catch((error: unknown) => {
    // It is there: whether it takes uploads shows when the study is made.
    if (!isHairlineError(error) || error.code !== "DATASET_NAME_TAKEN") throw error;
  });
}

async function sendBatch(
  { client, ...options }: StudyUpload,
  studyId: number,
  batch: readonly LocalFile[],
): Promise<Schema<"Upload">> {
  const headers = { "idempotency-key": randomUUID() };
  const contents = await Promise.all(
    batch.map(async ({ path, name }) => ({ name, content: await openAsBlob(path) })),
  );
  return askApi(
    () =>
      client.POST("/v1/studies/{studyId}/images", {
        params: { path: { studyId } },
        body: imagesBody(contents),
        headers,
        signal: options.signal,
      }),
    options,
  );
}

function completeStudy(
  { client, ...options }: StudyUpload,
  studyId: number,
): Promise<Schema<"UploadProgress">> {
  return askApi(
    () => client.POST("/v1/studies/{studyId}/complete", { params: { path: { studyId } } }),
    options,
  );
}

/**
 * Waits until a study is scored.
 *
 * @param everyMs how often it is asked for
 * @throws HairlineError the code its run failed with, or RUN_CANCELLED
 */
export async function untilScored(
  { client, ...options }: AskOptions & { readonly client: HairlineClient },
  { studyId, everyMs = 1000 }: { readonly studyId: number; readonly everyMs?: number },
): Promise<Schema<"StudyAnswer">> {
  for (;;) {
    const study = await askApi(
      () => client.GET("/v1/studies/{studyId}", { params: { path: { studyId } } }),
      options,
    );
    const { upload } = study;
    if (upload === null || upload.state === "scored") return study;
    if (upload.state === "stopped") {
      throw new HairlineError(
        isErrorCode(upload.errorCode) ? upload.errorCode : "RUN_CANCELLED",
        `The run ${upload.runId ?? ""} of the study ended without scoring it.`,
        { remedy: "Run the command again with --complete." },
      );
    }
    await wait(everyMs, undefined, { signal: options.signal }).catch(() => options.signal.throwIfAborted());
  }
}
