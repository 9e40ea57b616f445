import { readSweepRow } from "@hairline/core/sweeps";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { decodeCursor, pageFrom } from "../http/cursor.ts";
import { PAGE_QUERY } from "../schemas/page.ts";
import { SweepPointPage, type SweepPoint } from "../schemas/sweep.ts";
import type { ApiServices } from "../services.ts";

const Cursor = z.tuple([z.int()]);

/** The configs of a sweep with their counts and metrics. */
export function registerSweepPoints(server: ApiServer, { database }: ApiServices): void {
  server.get("/v1/sweeps/:sweepId/points", {
    config: { access: "read" },
    schema: {
      operationId: "listSweepPoints",
      summary: "Each config of a completed sweep with its counts and metrics",
      tags: ["sweeps"],
      params: z.object({ sweepId: z.uuid() }),
      querystring: z.object({
        ...PAGE_QUERY,
        limit: z.coerce.number<string>().int().min(1).max(50_000).default(1000),
      }),
      response: { 200: SweepPointPage },
    },
    handler: async ({ params, query }) => {
      await readSweepRow(database.pool, params.sweepId);
      const { rows } = await database.pool.query<z.input<typeof SweepPoint>>(
        `select ordinal::int, p_low as "pLow", entropy_max as "entropyMax", area_max as "areaMax", alpha,
                tp, fp, tn, fn, inconclusive, coverage, accuracy, precision, recall, f1,
                overall_accuracy as "overallAccuracy"
         from sweep_point
         where sweep_id = $1 and ordinal > $2
         order by ordinal
         limit $3`,
        [params.sweepId, decodeCursor(Cursor, query.cursor)?.[0] ?? 0, query.limit + 1],
      );
      return pageFrom(rows, query.limit, ({ ordinal }) => [ordinal]);
    },
  });
}
