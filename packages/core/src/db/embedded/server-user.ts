import { readFile } from "node:fs/promises";

import { embeddedFailure } from "./failure.ts";
import { runProgram } from "./run-program.ts";

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

/** True when the server's account may enter the folder; the current user may enter its own. */
export async function canEnter(user: ServerUser, folder: string): Promise<boolean> {
  if (user.uid === undefined) return true;
  return (await runProgram("/bin/sh", ["-c", 'cd "$0"', folder], { ...user, cwd: "/" })).status === 0;
}

/** True when the server's account may run the program; whether the current user can shows when it does. */
export async function canRun(user: ServerUser, program: string): Promise<boolean> {
  if (user.uid === undefined) return true;
  return (await runProgram(program, ["--version"], { ...user, cwd: "/" })).status === 0;
}
