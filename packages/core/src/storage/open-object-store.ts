import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { HairlineError } from "../errors.ts";
import { s3Settings } from "./config.ts";
import { openFilesystemStore } from "./filesystem.ts";
import type { ObjectStore } from "./object-store.ts";
import { formatS3Url, isS3Url, parseS3Url } from "./s3-location.ts";
import { openS3Store } from "./s3.ts";

/**
 * The store at a location: s3://bucket/prefix, a file: URL, or a path. The S3 server and its credentials come from
 * the environment (docs/STORAGE.md), never from the location.
 *
 * @param environment by default the process's
 * @throws HairlineError BAD_ARGUMENT for a location of another form, BAD_CONFIG for a bad variable
 */
export function openObjectStore(location: string, environment?: NodeJS.ProcessEnv): ObjectStore {
  if (isS3Url(location)) return openS3Store({ ...parseS3Url(location), ...s3Settings(environment) });
  if (location.startsWith("file:")) return openFilesystemStore(folderOfUrl(location));
  if (location === "" || /^[a-z][a-z0-9+.-]+:\/\//i.test(location)) throw badLocation(location);
  return openFilesystemStore(location);
}

/**
 * Where models and artefacts live: HAIRLINE_OBJECTS, a folder or s3://bucket/prefix, by default `objects` in the home.
 *
 * @param home absolute
 * @throws HairlineError BAD_ARGUMENT for an s3:// URL that names no bucket
 */
export function objectsLocation(setting: string | undefined, home: string): string {
  if (setting === undefined || setting === "") return join(home, "objects");
  if (isS3Url(setting)) return formatS3Url(parseS3Url(setting));
  return setting.startsWith("file:") ? setting : resolve(setting);
}

function folderOfUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw badLocation(url, cause);
  }
}

function badLocation(location: string, cause?: unknown): HairlineError {
  const shown = JSON.stringify(location.slice(0, 200));
  return new HairlineError("BAD_ARGUMENT", `${shown} is no place of objects.`, {
    remedy: "Pass a folder, or s3://bucket/prefix.",
    cause,
  });
}
