import { HairlineError } from "@hairline/core/errors";
import { readRunProgress } from "@hairline/core/runs";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { watchRun } from "../http/watch-run.ts";
import { RunProgress } from "../schemas/run.ts";
import type { ApiServices } from "../services.ts";

/** Streams held open at once by one process. */
const MAX_STREAMS = 500;

/** A run's progress as server-sent events. */
export function registerRunEvents(server: ApiServer, { database, watch }: ApiServices): void {
  const closing = new AbortController();
  let streams = 0;
  server.addHook("preClose", async () => closing.abort());
  server.get("/v1/runs/:runId/events", {
    config: { access: "read" },
    schema: {
      operationId: "watchRun",
      summary: "A run's progress as server-sent events, until it ends",
      description:
        "Events named progress, with what GET /v1/runs/{runId} answers as data, and one named end. With " +
        "Last-Event-ID the stream begins at the first change after that event. A comment every 15 s keeps the " +
        "connection alive.",
      tags: ["runs"],
      params: z.object({ runId: z.uuid() }),
      response: {
        200: { description: "text/event-stream", content: { "text/event-stream": { schema: z.string() } } },
      },
    },
    handler: async (request, reply) => {
      const { runId } = request.params;
      // Before the stream begins, while it can still be answered with a problem.
      await readRunProgress(database, runId);
      if (streams >= MAX_STREAMS) {
        throw new HairlineError("RATE_LIMITED", "Too many streams are open.", {
          remedy: "Ask GET /v1/runs/{runId} instead, or again later.",
        });
      }
      streams += 1;
      reply.hijack();
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort());
      try {
        reply.raw.writeHead(200, {
          ...headersOf(reply.getHeaders()),
          "content-type": "text/event-stream; charset=utf-8",
          "cache-control": "no-store",
          "x-accel-buffering": "no",
          "x-request-id": request.id,
        });
        const last = request.headers["last-event-id"];
        await watchRun(reply.raw, {
          read: async () => RunProgress.parse(await readRunProgress(database, runId)),
          lastEventId: typeof last === "string" ? last : undefined,
          signal: AbortSignal.any([gone.signal, closing.signal]),
          ...watch,
        });
      } catch (error) {
        // The database went away: the client connects again and is told where it was.
        request.log.warn(
          { code: error instanceof HairlineError ? error.code : "INTERNAL" },
          "stream ended early",
        );
      } finally {
        streams -= 1;
        reply.raw.end();
      }
    },
  });
}

function headersOf(headers: Record<string, string | number | string[] | undefined>) {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) as Record<
    string,
    string | number | string[]
  >;
}
