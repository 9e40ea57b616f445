import type { Link } from "../stage/link.ts";
import type { LinkedRole } from "../stage/stage.ts";

/** What talks to what, but for the API, which talks when it is asked. */
export const PAIRS = [
  { role: "worker", server: "postgres" },
  { role: "worker", server: "redis" },
  { role: "scheduler", server: "postgres" },
  { role: "scheduler", server: "redis" },
] as const;

export type Pair = (typeof PAIRS)[number];

export const SERVER_TITLES = { postgres: "PostgreSQL", redis: "Redis" } as const;

/** @throws Error when the role has no such server on this stage */
export function linkTo(role: LinkedRole, server: keyof typeof SERVER_TITLES): Link {
  const link = role[server];
  if (link === undefined) throw new Error(`the ${role.process.role} has no link to ${server}`);
  return link;
}
