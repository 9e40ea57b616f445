import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

import { embeddedFailure } from "./failure.ts";

const run = promisify(execFile);

/** The account the server's processes run as, for spawn: empty for the current one. */
export type ServerUser = { readonly uid: number; readonly gid: number } | Record<string, never>;

/**
 * PostgreSQL refuses to run as root, so root hands over to `postgres`, else to `nobody` (initdb needs an
 * account with a passwd entry). Every other user runs the server itself.
 */
export async function serverUser(): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return {};
  const accounts = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const account = accounts.find(([entry]) => entry === name);
    if (account && Number(account[2]) > 0) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw embeddedFailure("PostgreSQL refuses to run as root and there is no account to hand over to", {
    remedy: "Create one (useradd --system postgres), run as a normal user, or set DATABASE_URL.",
  });
}

/** True when the account may enter every folder down to `path` and pass the shell's test on it (-x, -w, …). */
export async function canReach(user: ServerUser, path: string, test: "-x" | "-w"): Promise<boolean> {
  try {
    await run("/bin/sh", ["-c", `test ${test} "$0"`, path], { ...user, cwd: "/" });
    return true;
  } catch {
    return false;
  }
}
