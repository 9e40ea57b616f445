import { apiKeyState, listApiKeys, revokeApiKey, SCOPES, type ApiKey } from "@hairline/core/access";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { actingFor } from "../http/acting.ts";
import { principalOf } from "../plugins/access.ts";
import { Instant, Name } from "../schemas/page.ts";
import type { ApiServices } from "../services.ts";

const Key = z
  .object({
    name: z.string(),
    prefix: z.string().describe("The public part of the key."),
    state: z.enum(["active", "expired", "revoked"]),
    scopes: z.array(z.enum(SCOPES)),
    createdAt: Instant,
    createdBy: z.string().nullable(),
    expiresAt: Instant.nullable(),
    revokedAt: Instant.nullable(),
    revokedBy: z.string().nullable(),
    lastUsedAt: Instant.nullable(),
  })
  .meta({ id: "Key" });

/** API keys. They are made with `hairline keys create` only: a stolen key makes no other. */
export function registerKeys(server: ApiServer, { database }: ApiServices): void {
  server.get("/v1/keys", {
    config: { access: "admin" },
    schema: {
      operationId: "listKeys",
      summary: "Every API key without its secret",
      tags: ["administration"],
      response: { 200: z.object({ items: z.array(Key) }) },
    },
    handler: async () => ({ items: (await listApiKeys(database)).map(keyAnswer) }),
  });
  server.post("/v1/keys/:key/revoke", {
    config: { access: "admin" },
    schema: {
      operationId: "revokeKey",
      summary: "End a key at once and for good",
      tags: ["administration"],
      params: z.object({ key: Name }),
      response: { 200: Key },
    },
    handler: async (request) =>
      keyAnswer(
        await actingFor(database, request, (acting) =>
          revokeApiKey(acting, { name: request.params.key, by: principalOf(request).actor }),
        ),
      ),
  });
}

function keyAnswer(key: ApiKey): z.input<typeof Key> {
  return { ...key, scopes: [...key.scopes], state: apiKeyState(key) };
}
