import { apiKeyState, findApiKey, touchApiKey } from "@hairline/core/access";
import type { Database } from "@hairline/core/db";
import type { VerifyToken } from "./oidc-tokens.ts";
import { LOCAL_PRINCIPAL, type Principal } from "./principal.ts";

/** @returns undefined when the header is missing or names nobody who may ask now */
export type Authenticate = (authorization: string | undefined) => Promise<Principal | undefined>;

export interface AuthenticationOptions {
  readonly database: Database;
  /** Accepts tokens of an issuer beside keys. */
  readonly verifyToken?: VerifyToken | undefined;
  /** Takes requests without credentials for those of the one local user. */
  readonly open?: boolean;
}

const BEARER = /^Bearer +([\x21-\x7e]{1,8192})$/i;

/** Keys of the database and tokens of an issuer, both as `Authorization: Bearer`. */
export function createAuthentication(options: AuthenticationOptions): Authenticate {
  return async (authorization) => {
    if (authorization === undefined) return options.open === true ? LOCAL_PRINCIPAL : undefined;
    const credential = BEARER.exec(authorization)?.[1];
    if (credential === undefined) return undefined;
    if (credential.startsWith("hlk_")) return keyPrincipal(options.database, credential);
    return options.verifyToken?.(credential);
  };
}

async function keyPrincipal(database: Database, text: string): Promise<Principal | undefined> {
  const key = await findApiKey(database, text);
  if (key === undefined || apiKeyState(key) !== "active") return undefined;
  await touchApiKey(database, key);
  return { actor: `key:${key.name}`, scopes: key.scopes };
}
