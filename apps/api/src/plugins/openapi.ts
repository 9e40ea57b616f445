import swagger from "@fastify/swagger";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import type { ApiServer } from "../api-server.ts";
import { PROBLEM_SCHEMA } from "../schemas/problem.ts";
import { VERSION } from "@hairline/core/version";

interface Operation {
  responses?: Record<string, unknown>;
}

/** Collects the routes into one OpenAPI 3.1 document, `server.swagger()`. */
export async function describeApi(server: ApiServer): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Hairline",
        version: VERSION,
        description:
          "Batch scoring of musculoskeletal radiographs for fracture, with abstention. Research use only. " +
          "Errors are RFC 9457 problem details whose `code` is listed in docs/ERRORS.md.",
        license: { name: "MIT", identifier: "MIT" },
      },
      components: {
        securitySchemes: {
          bearer: {
            type: "http",
            scheme: "bearer",
            description: "A key made with `hairline keys create`, or a JWT of the configured OIDC issuer.",
          },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => withoutUnused(withProblems(jsonSchemaTransformObject(document))),
  });
}

/** Says of every operation that a failure is a problem; said here once rather than in each route. */
function withProblems<Document extends object>(document: Document): Document {
  const { paths = {} } = document as { paths?: Record<string, Record<string, Operation>> };
  for (const operation of Object.values(paths).flatMap((path) => Object.values(path))) {
    operation.responses = {
      ...operation.responses,
      default: {
        description: "Problem details",
        content: { "application/problem+json": { schema: PROBLEM_SCHEMA } },
      },
    };
  }
  return document;
}

interface DescribedApi {
  readonly paths?: unknown;
  components?: { schemas?: Record<string, unknown> };
}

/** Leaves out schemas that nothing leads to: each comes in two forms, and most are only ever sent or only received. */
function withoutUnused<Document extends object>(document: Document): Document {
  const { paths, components } = document as DescribedApi;
  const schemas = components?.schemas ?? {};
  const used = new Set<string>();
  const follow = (part: unknown): void => {
    for (const [, name = ""] of JSON.stringify(part ?? {}).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      follow(schemas[name]);
    }
  };
  follow(paths);
  const kept = Object.entries(schemas).filter(([name]) => used.has(name));
  return { ...document, components: { ...components, schemas: Object.fromEntries(kept) } };
}
