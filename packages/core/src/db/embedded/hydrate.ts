import { existsSync } from "node:fs";
import { chmod, lstat, readFile, symlink } from "node:fs/promises";
import { platform } from "node:os";
import { dirname, join, relative } from "node:path";

/**
 * Adds the library links and execute bits that the package's install script would have made, in the folder
 * `native` that npm installed. Doing it again, or at once in several processes, is harmless.
 *
 * @returns false when something is missing and the folder does not let itself be changed
 */
export async function hydrate(native: string): Promise<boolean> {
  try {
    for (const { source, target } of await libraryLinks(native)) await linkOnce(source, target);
    for (const name of ["postgres", "initdb", "pg_ctl"]) await makeExecutable(join(native, "bin", name));
    return true;
  } catch (error) {
    if (["EACCES", "EPERM", "EROFS"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}

async function libraryLinks(native: string): Promise<{ source: string; target: string }[]> {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return [];
  const links = JSON.parse(await readFile(list, "utf8")) as { source: string; target: string }[];
  const inside = (path: string): string => join(native, path.replace(/^native\//, ""));
  return links.map(({ source, target }) => ({ source: inside(source), target: inside(target) }));
}

async function linkOnce(source: string, target: string): Promise<void> {
  const present = await lstat(target).catch(() => undefined);
  if (present) return;
  try {
    await symlink(relative(dirname(target), source), target);
  } catch (error) {
    // Another process hydrating the same folder was faster.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

async function makeExecutable(program: string): Promise<void> {
  if (platform() === "win32") return;
  const { mode } = await lstat(program);
  if ((mode & 0o111) !== 0o111) await chmod(program, 0o755);
}
