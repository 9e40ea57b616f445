import type { Database } from "@hairline/core/db";
import { HairlineError, isHairlineError, toHairlineError } from "@hairline/core/errors";
import { listRuns, readRunProgress } from "@hairline/core/runs";
import Fastify, { type FastifyError, type FastifyInstance } from "fastify";
import { z } from "zod";
import { problemOf } from "./problem.ts";

export interface ServerOptions {
  readonly database: Database;
  readonly logLevel: string;
}

/** The HTTP API over one database. The caller listens and closes. */
export function createServer({ database, logLevel }: ServerOptions): FastifyInstance {
  const server = Fastify({ logger: { level: logLevel }, bodyLimit: 1024 * 1024 });

  server.setErrorHandler((error: FastifyError, request, reply) => {
    const coded = codedError(error);
    const problem = problemOf(coded);
    if (problem.status >= 500)
      request.log.error({ code: coded.code, reason: coded.message }, "request failed");
    return reply.status(problem.status).type("application/problem+json").send(problem);
  });
  server.setNotFoundHandler((request, reply) =>
    reply
      .status(404)
      .type("application/problem+json")
      .send({
        type: "about:blank",
        title: "Not Found",
        status: 404,
        detail: `There is no ${request.method} ${request.url.split("?", 1)[0]}.`,
      }),
  );

  server.get("/healthz", () => ({ status: "ok" }));
  server.get("/readyz", async () => {
    await database.pool.query("select 1");
    return { status: "ready" };
  });
  server.get("/v1/runs", () => listRuns(database));
  server.get("/v1/runs/:runId", (request) => readRunProgress(database, runIdOf(request.params)));
  return server;
}

function runIdOf(params: unknown): string {
  const parsed = z.object({ runId: z.uuid() }).safeParse(params);
  if (parsed.success) return parsed.data.runId;
  throw new HairlineError("BAD_ARGUMENT", "The run's id is not a UUID.", {
    field: "runId",
    remedy: "Take an id from GET /v1/runs.",
  });
}

function codedError(error: FastifyError): HairlineError {
  if (isHairlineError(error)) return error;
  // Fastify's own refusals: a malformed body, an unsupported media type.
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return new HairlineError("BAD_ARGUMENT", error.message, { cause: error });
  }
  return isConnectionLoss(error)
    ? new HairlineError("DATABASE_UNAVAILABLE", error.message, { cause: error })
    : toHairlineError(error);
}

function isConnectionLoss(error: FastifyError): boolean {
  return ["ECONNREFUSED", "ECONNRESET", "57P01", "57P03"].includes(error.code);
}
