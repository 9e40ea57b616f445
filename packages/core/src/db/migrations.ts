import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

import { HairlineError } from "../errors.ts";

/** One numbered step of the schema. */
export interface Migration {
  readonly version: number;
  /** File name, such as 0001_facts.sql. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, hex, with line ends as LF so that a checkout on Windows agrees. */
  readonly checksum: string;
}

const FOLDER = new URL("./migrations/", import.meta.url);

/**
 * The migrations of this release, 1, 2, 3, … without gaps.
 *
 * @throws HairlineError DATABASE_MIGRATION_FAILED when the files are not numbered so
 */
export function readMigrations(folder: URL = FOLDER): Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  return names.sort().map((name, index) => {
    const version = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1]);
    if (version !== index + 1) {
      throw new HairlineError("DATABASE_MIGRATION_FAILED", `migration ${name} is not number ${index + 1}`, {
        file: name,
      });
    }
    const sql = readFileSync(new URL(name, folder), "utf8").replaceAll("\r\n", "\n");
    return { version, name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
  });
}
