import { existsSync, readFileSync } from "node:fs";

import { HairlineError } from "../errors.ts";

const loaded = new Map<string, string>();

/**
 * The statement in queries/<name>.sql, read once.
 *
 * @throws HairlineError INTERNAL when there is no such query
 */
export function loadSql(name: string): string {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const file = new URL(`./queries/${name}.sql`, import.meta.url);
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) || !existsSync(file)) {
    throw new HairlineError("INTERNAL", `there is no query named ${JSON.stringify(name)}`);
  }
  const text = readFileSync(file, "utf8");
  loaded.set(name, text);
  return text;
}
