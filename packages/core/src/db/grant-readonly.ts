import pg from "pg";
import { HairlineError } from "../errors.ts";
import type { Database } from "./connection.ts";
import { inTransaction } from "./transaction.ts";

export interface ReadonlyGrant {
  /** A role of the server, made when there is none: a lower-case name, at most 63 bytes. */
  readonly role: string;
  /** Also analyst.image_key: keys of images, studies and patients. */
  readonly withKeys: boolean;
}

/**
 * Lets a role read the schema `analyst` of this database, and nothing else. A new role may log in but has no password:
 * an administrator sets one. Granting again brings an older grant up to this release, and takes the keys back unless
 * they are asked for again.
 *
 * @returns whether the role was made
 * @throws HairlineError BAD_ARGUMENT for a name that is not allowed, or a role that grants cannot hold back
 */
export async function grantReadonly(
  database: Database,
  { role, withKeys }: ReadonlyGrant,
): Promise<{ readonly created: boolean }> {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(role) || role.startsWith("pg_")) {
    throw refusedRole(
      role,
      "is no name for a role",
      "Use lower-case letters, digits and _; pg_ is the server's own.",
    );
  }
  return inTransaction(database.pool, async (client) => {
    const created = await ensureRole(client, role);
    const name = pg.escapeIdentifier(role);
    const { rows } = await client.query<{ name: string }>("select current_database() as name");
    const databaseName = pg.escapeIdentifier(rows[0]?.name ?? "");
    await client.query(`grant connect on database ${databaseName} to ${name}`);
    await client.query(`grant usage on schema analyst to ${name}`);
    await client.query(`grant select on all tables in schema analyst to ${name}`);
    if (!withKeys) await client.query(`revoke all on analyst.image_key from ${name}`);
    // A seat belt beside the grants: it also keeps the role from tables of its own.
    await client.query(
      `alter role ${name} in database ${databaseName} set default_transaction_read_only = on`,
    );
    await client.query(`alter role ${name} in database ${databaseName} set search_path = analyst, public`);
    return { created };
  });
}

async function ensureRole(client: pg.PoolClient, role: string): Promise<boolean> {
  const { rows } = await client.query<{ powerful: boolean }>(
    `select rolsuper or rolcreaterole or rolbypassrls
            or pg_has_role(oid, (select nspowner from pg_namespace where nspname = 'analyst'), 'usage') as powerful
     from pg_roles where rolname = $1::text`,
    [role],
  );
  if (rows[0]?.powerful === true) {
    throw refusedRole(
      role,
      "is an administrator or an owner of the schema",
      "Name another role, or one that does not exist yet.",
    );
  }
  if (rows[0] !== undefined) return false;
  await client.query(`create role ${pg.escapeIdentifier(role)} login`);
  return true;
}

function refusedRole(role: string, fault: string, remedy: string): HairlineError {
  return new HairlineError("BAD_ARGUMENT", `${JSON.stringify(role)} ${fault}.`, { field: "--role", remedy });
}
