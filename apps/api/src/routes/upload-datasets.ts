import {
  changeUploadDataset,
  createUploadDataset,
  openUploadedStudy,
  readUploadDataset,
  type UploadDataset,
} from "@hairline/core/uploads";
import { getNetwork } from "@hairline/model/registry";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { actingFor } from "../http/acting.ts";
import { principalOf } from "../plugins/access.ts";
import { Name } from "../schemas/page.ts";
import { NewStudy, NewUploadDataset, UploadDatasetAnswer, UploadDatasetChange } from "../schemas/upload.ts";
import type { ApiServices } from "../services.ts";

const params = z.object({ dataset: Name });
const StudyMade = z
  .object({ studyId: z.int(), created: z.boolean().describe("False when the dataset had it.") })
  .meta({ id: "StudyMade" });

/** Datasets that take uploads, and the studies views are uploaded into. */
export function registerUploadDatasets(server: ApiServer, services: ApiServices): void {
  registerCreation(server, services);
  registerSettings(server, services);
  registerStudy(server, services);
}

function registerCreation(server: ApiServer, { database, uploads }: ApiServices): void {
  server.post("/v1/datasets", {
    config: { access: "score", idempotent: true },
    schema: {
      operationId: "createUploadDataset",
      summary: "Make a dataset that takes uploads",
      tags: ["uploads"],
      body: NewUploadDataset,
      response: { 201: UploadDatasetAnswer },
    },
    handler: async (request, reply) => {
      const { name, model, quietSeconds } = request.body;
      const { id: modelId } = await getNetwork(database, model);
      const made = await actingFor(database, request, (acting) =>
        createUploadDataset(acting, {
          name,
          modelId,
          location: uploads.location,
          quietMs: milliseconds(quietSeconds),
          by: principalOf(request).actor,
        }),
      );
      return reply.status(201).header("location", `/v1/datasets/${name}/uploads`).send(answerOf(made));
    },
  });
}

function registerSettings(server: ApiServer, { database }: ApiServices): void {
  server.get("/v1/datasets/:dataset/uploads", {
    config: { access: "read" },
    schema: {
      operationId: "getUploadDataset",
      summary: "Which model scores what is uploaded into a dataset, and when",
      tags: ["uploads"],
      params,
      response: { 200: UploadDatasetAnswer },
    },
    handler: async (request) => answerOf(await readUploadDataset(database, request.params.dataset)),
  });
  server.put("/v1/datasets/:dataset/uploads", {
    config: { access: "admin" },
    schema: {
      operationId: "changeUploadDataset",
      summary: "Let another model score what is uploaded from now on, or change the pause",
      tags: ["uploads"],
      params,
      body: UploadDatasetChange,
      response: { 200: UploadDatasetAnswer },
    },
    handler: async (request) => {
      const { model, quietSeconds } = request.body;
      const modelId = model === undefined ? undefined : (await getNetwork(database, model)).id;
      const changed = await actingFor(database, request, (acting) =>
        changeUploadDataset(acting, {
          name: request.params.dataset,
          modelId,
          quietMs: milliseconds(quietSeconds),
        }),
      );
      return answerOf(changed);
    },
  });
}

function registerStudy(server: ApiServer, { database }: ApiServices): void {
  server.post("/v1/datasets/:dataset/studies", {
    config: { access: "score", idempotent: true },
    schema: {
      operationId: "createStudy",
      summary: "Make a study to upload views into, or find the one of that key",
      tags: ["uploads"],
      params,
      body: NewStudy,
      response: { 200: StudyMade, 201: StudyMade },
    },
    handler: async (request, reply) => {
      const made = await openUploadedStudy(database, {
        ...request.body,
        dataset: request.params.dataset,
        by: principalOf(request).actor,
      });
      void reply.header("location", `/v1/studies/${made.studyId}`);
      return reply.status(made.created ? 201 : 200).send(made);
    },
  });
}

function answerOf({ dataset, model, quietMs }: UploadDataset): z.input<typeof UploadDatasetAnswer> {
  return { dataset, model, quietSeconds: quietMs / 1000 };
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}
