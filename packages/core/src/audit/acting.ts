import { openDatabase, type Database } from "../db/index.ts";

/** Who changes something, as the audit log names them. */
export interface Actor {
  /** key:<name>, oidc:<subject>, cli:<user> or local. */
  readonly actor: string;
  /** Of the HTTP request that asked for the change. */
  readonly requestId?: string | undefined;
}

export type ActingDatabase = Database;

/**
 * The same database on a connection of its own, on which every change is put down to the actor. The triggers that
 * write the audit log read it from the session, so that no change can be made without being logged.
 *
 * @param database whose server and name are used; it stays open
 * @throws HairlineError DATABASE_UNAVAILABLE
 */
export function actAs(database: Database, { actor, requestId = "" }: Actor): Promise<ActingDatabase> {
  return openDatabase(database.url, {
    max: 1,
    settings: { "hairline.actor": actor, "hairline.request_id": requestId },
  });
}
