import type { Scope } from "@hairline/core/access";

/** Who sends a request. */
export interface Principal {
  /** As the audit log names them: key:<name>, oidc:<subject> or local. */
  readonly actor: string;
  readonly scopes: readonly Scope[];
}

/** Everyone on an open API. */
export const LOCAL_PRINCIPAL: Principal = { actor: "local", scopes: ["admin"] };
