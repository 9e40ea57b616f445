import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, open, readFile, realpath, rename } from "node:fs/promises";
import { dirname, join } from "node:path";

import { embeddedFailure } from "./failure.ts";
import { canEnter, type ServerUser } from "./server-user.ts";

/** Root's servers and programs lie here when their user cannot enter the home folder. */
const SYSTEM_FOLDER = "/var/lib/hairline";

/** Paths of one embedded server. */
export interface ServerHome {
  /** Lock, password, port and log; owned by the caller. */
  readonly control: string;
  /** The cluster; owned by the server's user. */
  readonly data: string;
  /** Where programs may be copied to. */
  readonly stagingRoot: string;
  readonly lock: string;
  readonly log: string;
  /** Present when somebody asked that the server stay up. */
  readonly keepRunning: string;
}

/**
 * Lays out `<home>/postgres`. A normal user keeps everything in it, closed to others (0700). Root's server
 * runs as another user, who must pass through to the data but needs to list nothing (0711); where a folder
 * above is closed to that user, as /root is, the data goes to /var/lib/hairline.
 */
export async function layOutHome(home: string, user: ServerUser): Promise<ServerHome> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const control = join(await realpath(home), "postgres");
  const mode = user.uid === undefined ? 0o700 : 0o711;
  await mkdir(control, { recursive: true, mode });
  await chmod(control, mode);
  const dataParent = (await canEnter(user, control)) ? control : await systemParent(control);
  return {
    control,
    data: join(dataParent, "data"),
    stagingRoot: user.uid === undefined ? control : SYSTEM_FOLDER,
    lock: join(control, "lock"),
    log: join(control, "server.log"),
    keepRunning: join(control, "keep-running"),
  };
}

async function systemParent(control: string): Promise<string> {
  const parent = join(SYSTEM_FOLDER, createHash("sha256").update(control).digest("hex").slice(0, 16));
  try {
    await mkdir(parent, { recursive: true });
    // Not by mkdir's mode: root's umask may take it away.
    await chmod(SYSTEM_FOLDER, 0o755);
    await chmod(parent, 0o711);
  } catch (cause) {
    throw embeddedFailure(
      `PostgreSQL does not run as root, and its user can enter neither ${control} nor ${parent}`,
      {
        cause,
        remedy: "Choose a home folder below a folder open to all (HAIRLINE_HOME), or run as a normal user.",
      },
    );
  }
  return parent;
}

/** Makes a folder that only the server's user may enter. */
export async function makeServerFolder(path: string, user: ServerUser): Promise<void> {
  await mkdir(path, { mode: 0o700 });
  if (user.uid !== undefined) await chown(path, user.uid, user.gid);
}

/** The superuser's password, made on first use from 256 random bits and kept in a file of mode 0600. */
export async function superuserPassword({ control, data }: ServerHome): Promise<string> {
  const file = join(control, "password");
  if (existsSync(file)) return (await readFile(file, "utf8")).trim();
  if (existsSync(data)) {
    throw embeddedFailure("the embedded server's password file is gone, but its data is there", {
      file,
      remedy: `Restore the file; or remove ${data} to start with an empty database.`,
    });
  }
  const password = randomBytes(32).toString("base64url");
  await writeDurably(file, password);
  return password;
}

/** The port of the last start, so that saved connection settings stay right; undefined at first. */
export async function rememberedPort({ control }: ServerHome): Promise<number | undefined> {
  const text = await readFile(join(control, "port"), "utf8").catch(() => "");
  const port = Number(text);
  return Number.isInteger(port) && port > 1023 && port < 65_536 ? port : undefined;
}

export async function rememberPort({ control }: ServerHome, port: number): Promise<void> {
  await writeDurably(join(control, "port"), String(port));
}

async function writeDurably(path: string, text: string): Promise<void> {
  const draft = `${path}.draft`;
  const file = await open(draft, "w", 0o600);
  try {
    await file.writeFile(`${text}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

/** Where a cluster is made before it is moved into its place. */
export function draftOf({ data }: ServerHome): string {
  return join(dirname(data), "data.draft");
}
