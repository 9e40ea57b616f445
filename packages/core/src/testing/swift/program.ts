import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

import { HairlineError } from "../../errors.ts";
import { unpackAptPackages, type AptOverlay } from "../apt-unpack.ts";

/** Python with OpenStack Swift and its S3 interface. */
export interface SwiftProgram {
  readonly python: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Debian 12's Swift 2.30 knows neither aws-chunked bodies nor checksums; Debian 13's runs on its Python too. */
const NEWER_SWIFT: AptOverlay = { suite: "trixie", package: "python3-swift" };

/**
 * Swift from the distribution's packages, unpacked into the cache folder together with Python where the
 * distribution's own is not installed.
 *
 * @throws HairlineError STORE_UNAVAILABLE when they cannot be had: tests of S3 fail, they are never skipped
 */
export async function findSwiftProgram(): Promise<SwiftProgram> {
  let root: string;
  try {
    const release = await readFile("/etc/os-release", "utf8").catch(() => "");
    root = await unpackAptPackages(
      ["swift-proxy", "swift-account", "swift-container", "swift-object"],
      release.includes("VERSION_CODENAME=bookworm") ? NEWER_SWIFT : undefined,
    );
  } catch (cause) {
    throw new HairlineError(
      "STORE_UNAVAILABLE",
      `the packages of OpenStack Swift, the S3 server of the tests, were not unpacked: ${String(cause)}`,
      { cause, remedy: "Run the tests on Debian 12 or later, or Ubuntu, with a reachable package mirror." },
    );
  }
  const own = await unpackedPython(root);
  return {
    python: own ?? "/usr/bin/python3",
    env: {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      LC_ALL: "C.UTF-8",
      PYTHONPATH: join(root, "usr/lib/python3/dist-packages"),
      PYTHONDONTWRITEBYTECODE: "1",
      LD_LIBRARY_PATH: (await libraryFolders(root)).join(delimiter),
      // eventlet's own resolver reads files that a bare machine lacks, and 127.0.0.1 needs none.
      EVENTLET_NO_GREENDNS: "yes",
      ...(own === undefined ? {} : { PYTHONHOME: join(root, "usr") }),
    },
  };
}

/** Named by its version: the link python3 may point outside the unpacked tree. */
async function unpackedPython(root: string): Promise<string | undefined> {
  const names = await readdir(join(root, "usr/bin"));
  const python = names
    .filter((name) => /^python3\.\d+$/.test(name))
    .sort()
    .at(-1);
  if (python !== undefined) return join(root, "usr/bin", python);
  if (existsSync("/usr/bin/python3")) return undefined;
  throw new HairlineError("STORE_UNAVAILABLE", `${root} holds no Python, and /usr/bin/python3 is not there.`);
}

async function libraryFolders(root: string): Promise<string[]> {
  const folders: string[] = [];
  for (const parent of ["usr/lib", "lib"]) {
    const names = await readdir(join(root, parent)).catch(() => []);
    folders.push(...names.filter((name) => name.includes("-linux-")).map((name) => join(root, parent, name)));
  }
  return folders;
}
