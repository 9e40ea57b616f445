import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { parse } from "yaml";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

export interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target?: string };
  readonly user?: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** Null: as the variable of that name is, and unset when it is not. */
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly privileged?: boolean;
  readonly security_opt?: readonly string[];
  readonly cpus?: number | string;
  readonly mem_limit?: string;
  readonly pids_limit?: number;
  readonly restart?: string;
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

export function readComposeText(): string {
  return readFileSync(`${ROOT}docker-compose.yml`, "utf8");
}

/** The file with its anchors and merges resolved and its variables as they stand. */
export function parseCompose(text: string): ComposeFile {
  return parse(text, { merge: true }) as ComposeFile;
}

/**
 * A text with ${NAME}, ${NAME:-default} and ${NAME:?message} replaced, as Compose does for variables that are set to
 * something.
 */
export function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_match, name: string, kind?: string, rest = "") => {
    const value = variables[name];
    if (value !== undefined && value !== "") return value;
    if (kind === "-") return rest;
    throw new Error(`${name} is not set: ${rest}`);
  });
}

/** Name and value of every variable that the file cannot do without. */
export function requiredVariables(text: string): Set<string> {
  return new Set([...text.matchAll(/\$\{(\w+):\?/g)].map(([, name = ""]) => name));
}
