import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { open, readFile, rename } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

import { embeddedFailure } from "./failure.ts";

// Small files beside the server, owned by the caller: what has to outlive it and what the server may not change.

interface ControlledServer {
  readonly control: string;
  readonly data: string;
}

/** Where the cluster was made; undefined before it was. */
export async function recordedData(control: string): Promise<string | undefined> {
  const text = await readFile(join(control, "cluster"), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return text.trim() === "" ? undefined : resolve(control, text.trim());
}

/** Records where the cluster lies: relative when in the home, so that the home can be moved. */
export async function recordData({ control, data }: ControlledServer): Promise<void> {
  if (existsSync(join(control, "cluster"))) return;
  await writeDurably(join(control, "cluster"), dirname(data) === control ? basename(data) : data);
}

/**
 * Fails when the cluster on record is gone, as when a container kept its home on a volume but not
 * /var/lib/hairline: an empty one in its place would pass for the old one.
 */
export async function checkRecordedData({ control, data }: ControlledServer): Promise<void> {
  if (existsSync(data) || (await recordedData(control)) === undefined) return;
  throw embeddedFailure(`the embedded server's data ${data} is gone`, {
    file: data,
    remedy: `Restore or mount it; or remove ${control} to start with an empty database.`,
  });
}

/** The superuser's password, made on first use from 256 random bits and kept in a file of mode 0600. */
export async function superuserPassword({ control, data }: ControlledServer): Promise<string> {
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
export async function rememberedPort({ control }: ControlledServer): Promise<number | undefined> {
  const text = await readFile(join(control, "port"), "utf8").catch(() => "");
  const port = Number(text);
  return Number.isInteger(port) && port > 1023 && port < 65_536 ? port : undefined;
}

export async function rememberPort({ control }: ControlledServer, port: number): Promise<void> {
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
