import type { Database } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import { pageImages, pageStudies, resolveListing } from "@hairline/core/listing";
import { readUploadProgress } from "@hairline/core/uploads";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { askedPolicy } from "../http/asked-policy.ts";
import { decodeCursor, pageFrom } from "../http/cursor.ts";
import { Image } from "../schemas/image.ts";
import { Name, RowId } from "../schemas/page.ts";
import { StudiesQuery, Study, StudyPage } from "../schemas/study.ts";
import { AppliedPolicy, READING_QUERY } from "../schemas/triage.ts";
import { UploadProgressAnswer } from "../schemas/upload.ts";
import type { ApiServices } from "../services.ts";

const Cursor = z.tuple([z.int()]);
/** More views than any study has; a folder taken for one study is cut here. */
const MAX_VIEWS = 1000;

const StudyAnswer = Study.extend({
  dataset: z.string(),
  model: z.string().nullable(),
  policy: AppliedPolicy.nullable(),
  upload: UploadProgressAnswer.nullable().describe(
    "How far an uploaded study is; null for one that was imported.",
  ),
  imageList: z.array(Image).describe(`Its images by id, at most ${MAX_VIEWS}.`),
}).meta({ id: "StudyAnswer" });

/** Studies with the outcomes of their views and the verdicts of reviewers. */
export function registerStudies(server: ApiServer, { database }: ApiServices): void {
  server.get("/v1/datasets/:dataset/studies", {
    config: { access: "read" },
    schema: {
      operationId: "listStudies",
      summary: "Studies of a dataset with outcomes and verdicts, by id",
      tags: ["studies"],
      params: z.object({ dataset: Name }),
      querystring: StudiesQuery,
      response: { 200: StudyPage },
    },
    handler: async ({ params, query }) => {
      const scope = await resolveListing(database, { dataset: params.dataset, model: query.model });
      const asked = await askedPolicy(database, scope, query.policy);
      const rows = await pageStudies(database, scope, {
        policy: asked?.policy,
        afterId: decodeCursor(Cursor, query.cursor)?.[0],
        bodyParts: query.bodyPart,
        splits: query.split,
        label: query.label === undefined ? undefined : query.label === "1" ? 1 : 0,
        outcomes: query.outcome,
        reviewed: query.reviewed === undefined ? undefined : query.reviewed === "true",
        limit: query.limit + 1,
      });
      const page = pageFrom(rows, query.limit, ({ studyId }) => [studyId]);
      return { ...page, model: scope.reading?.model ?? null, policy: asked?.applied ?? null };
    },
  });
  server.get("/v1/studies/:studyId", {
    config: { access: "read" },
    schema: {
      operationId: "getStudy",
      summary: "One study with its images",
      tags: ["studies"],
      params: z.object({ studyId: RowId }),
      querystring: z.object(READING_QUERY),
      response: { 200: StudyAnswer },
    },
    handler: async ({ params: { studyId }, query }) => {
      const dataset = await datasetOfStudy(database, studyId);
      const upload = (await readUploadProgress(database, studyId)) ?? null;
      const scope = await resolveListing(database, { dataset, model: query.model ?? upload?.model });
      const asked = await askedPolicy(database, scope, query.policy);
      const [study] = await pageStudies(database, scope, { policy: asked?.policy, studyId, limit: 1 });
      if (study === undefined) throw studyNotFound(studyId);
      const imageList = await pageImages(database, scope, {
        policy: asked?.policy,
        studyId,
        limit: MAX_VIEWS,
      });
      const model = scope.reading?.model ?? null;
      return { ...study, dataset, model, policy: asked?.applied ?? null, upload, imageList };
    },
  });
}

async function datasetOfStudy({ pool }: Database, studyId: number): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    "select name from dataset where id = (select dataset_id from study where id = $1)",
    [studyId],
  );
  if (rows[0] !== undefined) return rows[0].name;
  throw studyNotFound(studyId);
}

function studyNotFound(studyId: number): HairlineError {
  return new HairlineError("STUDY_NOT_FOUND", `There is no study ${studyId}.`, { field: "study" });
}
