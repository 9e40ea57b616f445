import { HairlineError, isHairlineError, toHairlineError, type ErrorCode } from "@hairline/core/errors";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import type { ApiServer } from "../api-server.ts";
import { problemOf, type FieldError } from "../problem.ts";

/** Every refusal and failure as problem+json, also of requests that meet no route. */
export function handleProblems(server: ApiServer): void {
  server.setErrorHandler((error: FastifyError, request, reply) => sendProblem(error, request, reply));
  server.setNotFoundHandler({ preHandler: server.rateLimit() }, (request, reply) =>
    sendProblem(
      new HairlineError("ROUTE_NOT_FOUND", `There is no ${request.method} ${pathOf(request)}.`, {
        remedy: "See /openapi.json.",
      }),
      request,
      reply,
    ),
  );
}

function pathOf(request: FastifyRequest): string {
  return (request.url.split("?", 1)[0] ?? "").slice(0, 200);
}

/** Also for what never meets a handler: a URL that cannot be decoded. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const coded = codedError(error);
  const problem = problemOf(coded, fieldErrors(error));
  if (problem.status >= 500) logFailure(coded, request);
  if (coded.code === "UNAUTHENTICATED") void reply.header("www-authenticate", 'Bearer realm="hairline"');
  return reply
    .status(problem.status)
    .type("application/problem+json")
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(problem);
}

/** Where it failed; the log's serializer leaves out messages, which may hold object keys, and with them patients. */
function logFailure(error: HairlineError, request: FastifyRequest): void {
  request.log.error({ code: error.code, error }, "request failed");
}

function codedError(error: unknown): HairlineError {
  if (isHairlineError(error)) return error;
  const { statusCode, message } = error as FastifyError;
  if (statusCode !== undefined && statusCode < 500) {
    const [first] = fieldErrors(error) ?? [];
    return new HairlineError(refusalCode(statusCode), first === undefined ? message : describe(first), {
      ...(first === undefined ? {} : { field: first.field }),
      cause: error,
    });
  }
  return isConnectionLoss(error as FastifyError)
    ? new HairlineError("DATABASE_UNAVAILABLE", message, { cause: error })
    : toHairlineError(error);
}

function describe({ field, message }: FieldError): string {
  return field === "" ? message : `${field}: ${message}`;
}

/** Fastify's own refusals, by status. */
function refusalCode(status: number): ErrorCode {
  if (status === 413) return "REQUEST_TOO_LARGE";
  if (status === 415) return "MEDIA_TYPE_UNSUPPORTED";
  if (status === 429) return "RATE_LIMITED";
  return "BAD_ARGUMENT";
}

function fieldErrors(error: unknown): FieldError[] | undefined {
  const { validation } = error as FastifyError;
  return validation?.map(({ instancePath, message }) => ({
    field: instancePath.split("/").filter(Boolean).join("."),
    message: message ?? "is not of its declared form",
  }));
}

const CONNECTION_LOST = ["ECONNREFUSED", "ECONNRESET", "EPIPE", "57P01", "57P02", "57P03"];

function isConnectionLoss({ code, message }: FastifyError): boolean {
  return CONNECTION_LOST.includes(code) || /Connection terminated|timeout exceeded when trying/.test(message);
}
