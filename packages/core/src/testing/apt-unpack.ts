import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { withFileLock } from "../db/embedded/file-lock.ts";
import { cacheFolder } from "./cache-folder.ts";

const run = promisify(execFile);
const TIMEOUT_MS = 240_000;
const DEBIAN_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** A package of a later release whose files go over those unpacked, for programs that run on this release's libraries. */
export interface AptOverlay {
  readonly suite: string;
  readonly package: string;
}

/**
 * Unpacks a Debian or Ubuntu package, with those of its dependencies that are not installed, into the cache
 * folder: as any user, installing nothing. apt resolves and checks signatures as always, but keeps its lists
 * and downloads in a folder of ours. Concurrent callers share one unpacking.
 *
 * @returns the folder that stands for `/`
 * @throws Error when there is no apt or it fails, with its output
 */
export function unpackAptPackage(name: string): Promise<string> {
  return unpackAptPackages([name]);
}

/** As unpackAptPackage, of several packages into one folder, whose name begins with the first's. */
export async function unpackAptPackages(
  names: readonly [string, ...string[]],
  overlay?: AptOverlay,
): Promise<string> {
  const cache = await cacheFolder();
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const wanted = [...names, ...(overlay === undefined ? [] : [`${overlay.package}/${overlay.suite}`])];
  const identity = `${wanted.join("+")} ${process.arch} ${release}`;
  const key = createHash("sha256").update(identity).digest("hex").slice(0, 12);
  const target = join(cache, `${names[0]}-${key}`);
  if (existsSync(target)) return target;
  await withFileLock(
    `${target}.lock`,
    async () => {
      if (!existsSync(target)) await unpack(names, { target, overlay });
    },
    TIMEOUT_MS,
  );
  return target;
}

async function unpack(
  names: readonly string[],
  { target, overlay }: { target: string; overlay: AptOverlay | undefined },
): Promise<void> {
  const work = `${target}.${randomUUID()}`;
  const archives = join(work, "cache/archives");
  const root = join(work, "root");
  for (const folder of [join(archives, "partial"), join(work, "lists/partial"), root]) {
    await mkdir(folder, { recursive: true });
  }
  try {
    const options = aptOptions(work);
    await apt([...options, "update"]);
    const wanted = ["--no-install-recommends", "--download-only", "--reinstall", ...names];
    await apt([...options, "install", "-y", ...wanted]);
    await extractAll(archives, root);
    if (overlay !== undefined) await extractAll(await downloadOverlay(work, overlay), root);
    await rename(root, target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function extractAll(archives: string, root: string): Promise<void> {
  for (const file of await readdir(archives)) {
    if (file.endsWith(".deb")) await run("dpkg-deb", ["-x", join(archives, file), root]);
  }
}

/** One package of another suite, from the mirror this machine is configured with and signed by the same archive. */
async function downloadOverlay(work: string, overlay: AptOverlay): Promise<string> {
  const folder = join(work, "overlay");
  await mkdir(join(folder, "lists/partial"), { recursive: true });
  const sources = join(folder, "sources.list");
  await writeFile(
    sources,
    `deb [signed-by=${DEBIAN_KEYS}] ${await debianMirror(work)} ${overlay.suite} main\n`,
  );
  const settings = [
    `Dir::State::lists=${join(folder, "lists")}`,
    `Dir::Etc::sourcelist=${sources}`,
    "Dir::Etc::sourceparts=/dev/null",
  ];
  const options = [...aptOptions(work), ...settings.flatMap((setting) => ["-o", setting])];
  await apt([...options, "update"]);
  await apt([...options, "download", `${overlay.package}/${overlay.suite}`], folder);
  return folder;
}

/** From the lists just fetched into the work folder: the machine may have none. */
async function debianMirror(work: string): Promise<string> {
  const wanted = ["Created-By: Packages", "Component: main", "Label: Debian"];
  const args = [...aptOptions(work), "indextargets", "--format", "$(SITE)", ...wanted];
  const { stdout } = await run("apt-get", args);
  const [mirror] = stdout.split("\n");
  if (mirror === undefined || mirror === "") throw new Error("apt is configured with no Debian mirror");
  return mirror;
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

async function apt(args: string[], cwd?: string): Promise<void> {
  const env = {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    DEBIAN_FRONTEND: "noninteractive",
    LC_ALL: "C",
  };
  await run("apt-get", args, { cwd, env, timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 });
}
