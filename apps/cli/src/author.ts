import { userInfo } from "node:os";
import type { Command } from "commander";

export interface AuthorOptions {
  readonly author?: string;
  readonly note?: string;
}

/** Who decided and why: kept with what is stored. */
export function addAuthorOptions(command: Command): Command {
  return command
    .option("--author <name>", "who decides (default: the user of this computer)")
    .option("--note <text>", "kept with it");
}

/** The author given, or the user of this computer; undefined where it knows none. */
export function authorOf({ author }: AuthorOptions): string | undefined {
  if (author !== undefined) return author;
  try {
    return userInfo().username;
  } catch {
    // A container's user id may have no name.
    return undefined;
  }
}
