import { HairlineError } from "../errors.ts";

const MAX_BYTES = 1024;

/**
 * The parts of a key.
 *
 * @throws HairlineError PATH_OUTSIDE_ROOT unless it is 1 to 1,024 bytes of plain relative parts
 */
export function keyParts(key: string): string[] {
  if (!isKey(key)) throw outsideRoot(key);
  return key.split("/");
}

/** Whether a name is 1 to 1,024 bytes of plain relative parts. */
export function isKey(name: string): boolean {
  return name.split("/").every(isPlainName) && Buffer.byteLength(name) <= MAX_BYTES;
}

/** The folder part of a prefix, as key parts; what follows its last "/" is the start of a name. */
export function prefixFolder(prefix: string): string[] {
  const parts = prefix.split("/");
  const start = parts.pop() ?? "";
  if (!parts.every(isPlainName) || hasForbiddenCharacter(start)) throw outsideRoot(prefix);
  return parts;
}

export function outsideRoot(key: string): HairlineError {
  const shown = key.length > 200 ? `${key.slice(0, 200)}…` : key;
  return new HairlineError(
    "PATH_OUTSIDE_ROOT",
    `${JSON.stringify(shown)} is no path below the store's root`,
    {
      field: "key",
      remedy: "Use relative paths with / between their parts, without . and .. and links that lead out.",
    },
  );
}

function isPlainName(part: string): boolean {
  return part !== "" && part !== "." && part !== ".." && !hasForbiddenCharacter(part);
}

/** NUL ends a path in C; a backslash or a drive's colon would lead elsewhere on Windows. */
function hasForbiddenCharacter(part: string): boolean {
  return part.includes("\0") || (process.platform === "win32" && /[\\:]/.test(part));
}
