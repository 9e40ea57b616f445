import { HairlineError } from "../errors.ts";
import { hasControlCharacter, invalidCell, quote } from "./cell.ts";

/** Object stores cap keys at 1,024 bytes. */
export const MAX_OBJECT_KEY_BYTES = 1024;

const URL_SCHEME = /^[a-z][a-z0-9+.-]+:\/\//i;
const ABSOLUTE = /^(?:\/|[a-z]:\/)/i;

/**
 * The object key a path cell stands for: "/" between parts, "." and ".." resolved by name. Backslashes are read
 * as "/". Absolute paths and URLs are taken when they lie below one of the roots.
 *
 * @param roots absolute spellings of the archive's root or its URL, "/" between parts
 * @returns 1 to 1,024 bytes of UTF-8, neither "." nor ".." nor empty parts
 * @throws HairlineError PATH_OUTSIDE_ROOT when the path leads out, ROW_INVALID when it is no usable path
 */
export function parseObjectKey(cell: string, roots: readonly string[] = []): string {
  const path = belowUrl(cell.trim(), roots).replaceAll("\\", "/");
  if (path === "") throw invalidCell("path", "is empty");
  if (URL_SCHEME.test(path)) throw invalidCell("path", "is a URL; paths are relative to the archive's root");
  const parts = resolveParts(ABSOLUTE.test(path) ? belowRoots(path, roots) : path.split("/"), path);
  if (parts.length === 0) throw invalidCell("path", "names the archive's root, not a file");
  return checkObjectKey(parts.join("/"));
}

/**
 * A key made of file names, as it is.
 * @throws HairlineError ROW_INVALID when a name cannot be part of a key: control characters, a backslash, bytes
 *   that are not UTF-8 (read as U+FFFD), or more than 1,024 bytes in all
 */
export function checkObjectKey(key: string): string {
  if (hasControlCharacter(key)) throw invalidCell("path", "holds a control character");
  if (key.includes("\\")) throw invalidCell("path", "holds a backslash");
  if (key.includes("\uFFFD")) throw invalidCell("path", "is not UTF-8");
  if (Buffer.byteLength(key) > MAX_OBJECT_KEY_BYTES) {
    throw invalidCell("path", `is longer than ${MAX_OBJECT_KEY_BYTES} bytes`);
  }
  return key;
}

/** A URL below a root that is one itself, as that root's relative path. */
function belowUrl(cell: string, roots: readonly string[]): string {
  const root = roots.find((url) => URL_SCHEME.test(url) && cell.startsWith(`${url}/`));
  return root === undefined ? cell : cell.slice(root.length + 1);
}

function resolveParts(parts: readonly string[], path: string): string[] {
  const resolved: string[] = [];
  for (const part of parts) {
    if (part === "" || part === ".") continue;
    if (part !== "..") resolved.push(part);
    else if (resolved.pop() === undefined) throw pathOutsideRoot(path);
  }
  return resolved;
}

function belowRoots(path: string, roots: readonly string[]): string[] {
  // "..": resolved before the comparison, or /root/../etc would pass.
  const parts = resolveParts(path.split("/"), path);
  for (const root of roots) {
    const rootParts = root.split("/").filter((part) => part !== "");
    if (rootParts.every((part, index) => part === parts[index])) return parts.slice(rootParts.length);
  }
  throw pathOutsideRoot(path);
}

export function pathOutsideRoot(path: string): HairlineError {
  return new HairlineError("PATH_OUTSIDE_ROOT", `${quote(path)} leads out of the archive's root`, {
    field: "path",
    remedy: "Use paths below the archive's root, or pass --root.",
  });
}
