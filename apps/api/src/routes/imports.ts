import { IMPORT_STATES, readImportRequest, requestImport, type ImportRequest } from "@hairline/core/ingest";
import { runImport } from "@hairline/core/jobs";
import { pageImports } from "@hairline/core/listing";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { actingFor } from "../http/acting.ts";
import { decodeCursor, pageFrom } from "../http/cursor.ts";
import { principalOf } from "../plugins/access.ts";
import { Instant, Name, pageOf, PAGE_QUERY } from "../schemas/page.ts";
import type { ApiServices } from "../services.ts";

const Path = z.string().min(1).max(4096);
const Layout = z.enum(["mura", "manifest", "folder"]);

const NewImport = z
  .strictObject({
    path: Path.describe("An absolute path, or s3://bucket/prefix, below one of HAIRLINE_ARCHIVE_ROOTS."),
    name: Name.optional().describe("Of the dataset; the folder's or CSV's when left out."),
    root: Path.optional().describe("Folder that object keys are relative to."),
    layout: Layout.optional().describe("Recognised when left out."),
    columns: z
      .record(z.string().max(100), z.string().max(100))
      .optional()
      .describe("A manifest's columns by other names."),
  })
  .meta({ id: "NewImport" });

const Import = z
  .object({
    importRequestId: z.uuid(),
    path: z.string(),
    name: z.string().nullable(),
    state: z.enum(IMPORT_STATES),
    entries: z.int().describe("Images and files the archive listed so far."),
    report: z.record(z.string(), z.unknown()).nullable().describe("Counts of a completed import."),
    errorCode: z.string().nullable(),
    errorMessage: z.string().nullable(),
    requestedBy: z.string(),
    createdAt: Instant,
    finishedAt: Instant.nullable(),
  })
  .meta({ id: "Import" });

const Cursor = z.tuple([z.int(), z.uuid()]);

/** Imports of archives, done in the background. */
export function registerImports(server: ApiServer, { database, queues, archives }: ApiServices): void {
  server.post("/v1/imports", {
    config: { access: "score", idempotent: true },
    schema: {
      operationId: "createImport",
      summary: "Import an archive from a configured root; importing it again takes what is new",
      tags: ["datasets"],
      body: NewImport,
      response: { 202: Import },
    },
    handler: async (request, reply) => {
      const { path, root, ...rest } = request.body;
      const permitted = await archives.permit(path);
      const permittedRoot = root === undefined ? undefined : await archives.permit(root);
      const asked = await actingFor(database, request, (acting) =>
        requestImport(acting, {
          ...rest,
          path: permitted,
          root: permittedRoot,
          requestedBy: principalOf(request).actor,
        }),
      );
      await queues.enqueue(runImport, [{ importRequestId: asked.importRequestId }]);
      request.log.info({ jobId: runImport.key(asked) }, "import queued");
      return reply
        .status(202)
        .header("location", `/v1/imports/${asked.importRequestId}`)
        .send(importAnswer(asked));
    },
  });
  server.get("/v1/imports", {
    config: { access: "read" },
    schema: {
      operationId: "listImports",
      summary: "Imports asked for, the latest first",
      tags: ["datasets"],
      querystring: z.object(PAGE_QUERY),
      response: { 200: pageOf(Import, "ImportPage") },
    },
    handler: async ({ query }) => {
      const before = decodeCursor(Cursor, query.cursor);
      const rows = await pageImports(database, { before, limit: query.limit + 1 });
      const page = pageFrom(rows, query.limit, ({ position, importRequestId }) => [
        position,
        importRequestId,
      ]);
      return { items: page.items.map(importAnswer), next: page.next };
    },
  });
  server.get("/v1/imports/:importRequestId", {
    config: { access: "read" },
    schema: {
      operationId: "getImport",
      summary: "How far an import is",
      tags: ["datasets"],
      params: z.object({ importRequestId: z.uuid() }),
      response: { 200: Import },
    },
    handler: async ({ params }) => importAnswer(await readImportRequest(database, params.importRequestId)),
  });
}

function importAnswer(asked: ImportRequest): z.input<typeof Import> {
  const { report } = asked;
  return { ...asked, report: report === null ? null : { ...report } };
}
