import { SCOPES } from "@hairline/core/access";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { principalOf } from "../plugins/access.ts";

const Me = z
  .object({
    actor: z.string().describe("As the audit log names the caller: key:<name>, oidc:<subject> or local."),
    scopes: z
      .array(z.enum(SCOPES))
      .describe("As granted; admin includes all, score and review include read."),
  })
  .meta({ id: "Me" });

/** Who the caller is taken for. */
export function registerMe(server: ApiServer): void {
  server.get("/v1/me", {
    config: { access: "read" },
    schema: {
      operationId: "getMe",
      summary: "Who the caller is and may do",
      tags: ["service"],
      response: { 200: Me },
    },
    handler: (request) => {
      const { actor, scopes } = principalOf(request);
      return { actor, scopes: [...scopes] };
    },
  });
}
