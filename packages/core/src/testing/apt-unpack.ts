import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { withFileLock } from "../db/embedded/file-lock.ts";
import { cacheFolder } from "./cache-folder.ts";

const run = promisify(execFile);
const TIMEOUT_MS = 240_000;

/**
 * Unpacks a Debian or Ubuntu package, with those of its dependencies that are not installed, into the cache
 * folder: as any user, installing nothing. apt resolves and checks signatures as always, but keeps its lists
 * and downloads in a folder of ours. Concurrent callers share one unpacking.
 *
 * @returns the folder that stands for `/`
 * @throws Error when there is no apt or it fails, with its output
 */
export async function unpackAptPackage(name: string): Promise<string> {
  const cache = await cacheFolder();
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const key = createHash("sha256").update(`${name} ${process.arch} ${release}`).digest("hex").slice(0, 12);
  const target = join(cache, `${name}-${key}`);
  if (existsSync(target)) return target;
  await withFileLock(
    `${target}.lock`,
    async () => {
      if (!existsSync(target)) await unpack(name, target);
    },
    TIMEOUT_MS,
  );
  return target;
}

async function unpack(name: string, target: string): Promise<void> {
  const work = `${target}.${randomUUID()}`;
  const archives = join(work, "cache/archives");
  const root = join(work, "root");
  for (const folder of [join(archives, "partial"), join(work, "lists/partial"), root]) {
    await mkdir(folder, { recursive: true });
  }
  try {
    const options = aptOptions(work);
    await apt([...options, "update"]);
    await apt([
      ...options,
      "install",
      "-y",
      "--no-install-recommends",
      "--download-only",
      "--reinstall",
      name,
    ]);
    for (const file of await readdir(archives)) {
      if (file.endsWith(".deb")) await run("dpkg-deb", ["-x", join(archives, file), root]);
    }
    await rename(root, target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function aptOptions(work: string): string[] {
  const settings = [
    `Dir::Cache=${join(work, "cache")}`,
    `Dir::State::lists=${join(work, "lists")}`,
    "Debug::NoLocking=1",
    // apt as root would download as the user _apt, who cannot write here.
    "APT::Sandbox::User=",
  ];
  return ["-qq", ...settings.flatMap((setting) => ["-o", setting])];
}

async function apt(args: string[]): Promise<void> {
  const env = {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    DEBIAN_FRONTEND: "noninteractive",
    LC_ALL: "C",
  };
  await run("apt-get", args, { env, timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 });
}
