import { actAs } from "@hairline/core/audit";
import type { Database } from "@hairline/core/db";
import type { FastifyRequest } from "fastify";
import { principalOf } from "../plugins/access.ts";

/** Does a change under the caller's name, so that the audit log has it. */
export async function actingFor<T>(
  database: Database,
  request: FastifyRequest,
  change: (acting: Database) => Promise<T>,
): Promise<T> {
  await using acting = await actAs(database, { actor: principalOf(request).actor, requestId: request.id });
  return await change(acting);
}
