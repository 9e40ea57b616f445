import type { Database } from "@hairline/core/db";
import { HairlineError, isHairlineError } from "@hairline/core/errors";
import {
  completeUploadedStudy,
  readUploadProgress,
  readUploadTarget,
  type UploadProgress,
} from "@hairline/core/uploads";
import type { FastifyRequest } from "fastify";
import { validatorCompiler } from "fastify-type-provider-zod";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { actingFor } from "../http/acting.ts";
import { keepOwnPace, linger } from "../plugins/body-time.ts";
import { RowId } from "../schemas/page.ts";
import { NewImages, UploadAnswer, UploadProgressAnswer } from "../schemas/upload.ts";
import type { ApiServices } from "../services.ts";
import type { FileOutcome } from "../uploads/file-outcome.ts";
import { receiveUpload } from "../uploads/receive-upload.ts";
import { sentFiles } from "../uploads/sent-files.ts";
import { UploadSlots } from "../uploads/upload-slots.ts";
import { watchUpload } from "../uploads/watch-upload.ts";

const params = z.object({ studyId: RowId });

/** Views uploaded into a study. */
export function registerUploads(server: ApiServer, services: ApiServices): void {
  registerImages(server, services);
  registerCompletion(server, services);
}

function registerImages(server: ApiServer, services: ApiServices): void {
  const slots = new UploadSlots(services.uploads.atOnce);
  const closing = new AbortController();
  server.addHook("preClose", async () =>
    closing.abort(
      new HairlineError("INTERRUPTED", "The server is stopping.", { remedy: "Send the upload again." }),
    ),
  );
  server.post("/v1/studies/:studyId/images", {
    config: { access: "score", idempotent: true, streamed: true },
    schema: {
      operationId: "uploadImages",
      summary: "Upload one image, many, or ZIPs of them as views of a study",
      description:
        "Each file gets an outcome. What is stored becomes views when the last file is there: a request that breaks " +
        "off changes nothing. The same bytes are one view of a study, so that an upload may be sent again.",
      tags: ["uploads"],
      consumes: ["multipart/form-data"],
      params,
      body: NewImages,
      response: {
        200: UploadAnswer.describe("Nothing new was stored."),
        201: UploadAnswer.describe("At least one file was stored."),
      },
    },
    // The reader of multipart bodies logs its options, and with them the headers, which hold the key.
    logSerializers: { busboyOptions: () => undefined },
    // The body is not there yet: the handler reads it as it comes.
    validatorCompiler: (route) =>
      route.httpPart === "body" ? () => true : validatorCompiler(route as never),
    handler: async (request, reply) => {
      requireMultipart(request);
      const { studyId } = request.params;
      try {
        using _slot = slots.take();
        const files = await receive(request, services, closing.signal);
        const answer = {
          studyId,
          ...countsOf(files),
          files: [...files],
          upload: await progressOf(services.database, studyId),
        };
        return await reply.status(answer.stored > 0 ? 201 : 200).send(answer);
      } catch (error) {
        // A client that was too slow is not waited for again, and a server that stops waits for none.
        if (isHairlineError(error) && ["REQUEST_TIMEOUT", "INTERRUPTED"].includes(error.code))
          void reply.header("connection", "close");
        else linger(request);
        throw error;
      }
    },
  });
}

function registerCompletion(server: ApiServer, { database }: ApiServices): void {
  server.post("/v1/studies/:studyId/complete", {
    config: { access: "score" },
    schema: {
      operationId: "completeStudy",
      summary: "Say that all views of a study are there: it is scored at once",
      tags: ["uploads"],
      params,
      response: { 200: UploadProgressAnswer },
    },
    handler: async (request) => {
      await completeUploadedStudy(database, request.params.studyId);
      return progressOf(database, request.params.studyId);
    },
  });
}

async function receive(
  request: FastifyRequest<{ Params: z.output<typeof params> }>,
  { database, uploads }: ApiServices,
  closing: AbortSignal,
): Promise<FileOutcome[]> {
  const target = await readUploadTarget(database, request.params.studyId);
  const { limits, openStore } = uploads;
  using pace = watchUpload(request, limits, closing);
  keepOwnPace(request);
  return await receiveUpload({
    database,
    openStore,
    target,
    limits,
    pace,
    files: sentFiles(request, limits),
    commitAs: (commit) => actingFor(database, request, commit),
  });
}

async function progressOf(database: Database, studyId: number): Promise<UploadProgress> {
  const progress = await readUploadProgress(database, studyId);
  if (progress !== undefined) return progress;
  throw new HairlineError("STUDY_NOT_FOUND", `There is no study ${studyId}.`, { field: "study" });
}

function requireMultipart(request: FastifyRequest): void {
  if (request.isMultipart()) return;
  throw new HairlineError("MEDIA_TYPE_UNSUPPORTED", "An upload is multipart/form-data.", {
    field: "Content-Type",
    remedy: "Send each file as a part with a filename.",
  });
}

function countsOf(files: readonly FileOutcome[]) {
  const count = (outcome: FileOutcome["outcome"]): number =>
    files.filter((file) => file.outcome === outcome).length;
  return { stored: count("stored"), duplicates: count("duplicate"), rejected: count("rejected") };
}
