/** What a caller of the API may do. */
export const SCOPES = ["read", "score", "review", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

/** Whoever may change things may see them, and an administrator may do everything. */
const IMPLIED: Readonly<Record<Scope, readonly Scope[]>> = {
  read: ["read"],
  score: ["score", "read"],
  review: ["review", "read"],
  admin: ["admin", "score", "review", "read"],
};

/** Whether scopes that were granted cover the one that is needed. */
export function allows(granted: readonly Scope[], needed: Scope): boolean {
  return granted.some((scope) => IMPLIED[scope].includes(needed));
}
