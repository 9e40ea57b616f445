import type { Database } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { hasHash, newKeyText, parseKeyText, sha256 } from "./key-text.ts";
import { SCOPES, type Scope } from "./scopes.ts";

/** A key of the API, without its secret. */
export interface ApiKey {
  readonly id: number;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Date;
  readonly createdBy: string | null;
  /** Null for one that never expires. */
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly revokedBy: string | null;
  /** To the minute. */
  readonly lastUsedAt: Date | null;
}

export type ApiKeyState = "active" | "expired" | "revoked";

export interface NewApiKey {
  readonly name: string;
  /** At least one. */
  readonly scopes: readonly Scope[];
  readonly expiresAt?: Date | undefined;
  readonly by?: string | undefined;
}

export interface CreatedApiKey extends ApiKey {
  /** The whole key. Only its hash is stored: it cannot be shown again. */
  readonly key: string;
}

const COLUMNS = `id, name, prefix, scopes, created_at as "createdAt", created_by as "createdBy",
  expires_at as "expiresAt", revoked_at as "revokedAt", revoked_by as "revokedBy", last_used_at as "lastUsedAt"`;

/** What a secret is compared with when no key has the prefix, so that the answer takes as long. */
const NO_KEY = Buffer.alloc(32);

/**
 * Makes a key.
 *
 * @throws HairlineError BAD_ARGUMENT when the name is taken or no name, no scope is given, or it expires in the past
 */
export async function createApiKey({ pool }: Database, given: NewApiKey): Promise<CreatedApiKey> {
  checkNewKey(given);
  const { text, prefix, secret } = newKeyText();
  const scopes = SCOPES.filter((scope) => given.scopes.includes(scope));
  const { rows } = await pool.query<ApiKey>(
    `insert into api_key (name, prefix, secret_sha256, scopes, expires_at, created_by)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (name) do nothing
     returning ${COLUMNS}`,
    [given.name, prefix, sha256(secret), scopes, given.expiresAt ?? null, given.by ?? null],
  );
  const [created] = rows;
  if (created !== undefined) return { ...created, key: text };
  throw new HairlineError("BAD_ARGUMENT", `A key named ${given.name} exists.`, {
    field: "name",
    remedy: "Choose another name; a revoked key's name is not given again.",
  });
}

function checkNewKey({ name, scopes, expiresAt }: NewApiKey): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) {
    throw new HairlineError("BAD_ARGUMENT", `${JSON.stringify(name.slice(0, 120))} is no name for a key.`, {
      field: "name",
      remedy: "Use up to 100 letters, digits, dots, dashes and underscores.",
    });
  }
  if (scopes.length === 0) {
    throw new HairlineError("BAD_ARGUMENT", "A key needs a scope.", {
      field: "scope",
      remedy: `Give one or more of ${SCOPES.join(", ")}.`,
    });
  }
  if (expiresAt !== undefined && expiresAt.getTime() <= Date.now()) {
    throw new HairlineError("BAD_ARGUMENT", "The key would have expired already.", { field: "expires" });
  }
}

/** Every key by name, revoked ones included. */
export async function listApiKeys({ pool }: Database): Promise<ApiKey[]> {
  return (await pool.query<ApiKey>(`select ${COLUMNS} from api_key order by name`)).rows;
}

/**
 * The key that a text is; whether it is still active is the caller's to ask (`apiKeyState`).
 *
 * @returns undefined for a text that is no key, an unknown prefix and a wrong secret alike
 */
export async function findApiKey({ pool }: Database, text: string): Promise<ApiKey | undefined> {
  const parsed = parseKeyText(text);
  if (parsed === undefined) return undefined;
  const { rows } = await pool.query<ApiKey & { hash: Buffer }>(
    `select ${COLUMNS}, secret_sha256 as hash from api_key where prefix = $1`,
    [parsed.prefix],
  );
  const [row] = rows;
  const matches = hasHash(parsed.secret, row?.hash ?? NO_KEY);
  if (row === undefined || !matches) return undefined;
  const { hash: _hash, ...key } = row;
  return key;
}

/** @param now what "expired" is judged by */
export function apiKeyState({ revokedAt, expiresAt }: ApiKey, now: Date = new Date()): ApiKeyState {
  if (revokedAt !== null) return "revoked";
  return expiresAt !== null && expiresAt <= now ? "expired" : "active";
}

/** Notes that a key was used; a row is written at most once a minute for each key. */
export async function touchApiKey({ pool }: Database, { id, lastUsedAt }: ApiKey): Promise<void> {
  if (lastUsedAt !== null && Date.now() - lastUsedAt.getTime() < 60_000) return;
  await pool.query(
    `update api_key set last_used_at = now()
     where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
    [id],
  );
}

/**
 * Ends a key at once and for good; one revoked already stays as it is.
 *
 * @throws HairlineError API_KEY_NOT_FOUND
 */
export async function revokeApiKey(
  { pool }: Database,
  { name, by }: { readonly name: string; readonly by?: string | undefined },
): Promise<ApiKey> {
  await pool.query(
    "update api_key set revoked_at = now(), revoked_by = $2 where name = $1 and revoked_at is null",
    [name, by ?? null],
  );
  const { rows } = await pool.query<ApiKey>(`select ${COLUMNS} from api_key where name = $1`, [name]);
  if (rows[0] !== undefined) return rows[0];
  throw new HairlineError("API_KEY_NOT_FOUND", `No key is named ${name}.`, {
    field: "name",
    remedy: "List them with `hairline keys list`.",
  });
}
