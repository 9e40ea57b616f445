import { createHash } from "node:crypto";
import { chmod, chown, mkdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";

import { recordedData } from "./control-files.ts";
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
  const dataParent = async () => ((await canEnter(user, control)) ? control : systemParent(control));
  return {
    control,
    // The place on record wins: opening or closing the home later must not lead to a second, empty cluster.
    data: (await recordedData(control)) ?? join(await dataParent(), "data"),
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

/** Where a cluster is made before it is moved into its place. */
export function draftOf({ data }: ServerHome): string {
  return join(dirname(data), "data.draft");
}
