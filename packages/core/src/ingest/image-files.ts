import { lstat, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HairlineError } from "../errors.ts";
import { pathOutsideRoot } from "../study/index.ts";
import { isBelowRoot } from "./below-root.ts";

export interface ImageFile {
  readonly byteSize: number;
  readonly modifiedAt: Date;
}

/** Looks up the files that an archive lists. */
export interface FileLookup {
  /**
   * @throws HairlineError IMAGE_FILE_MISSING, PATH_OUTSIDE_ROOT, or ROW_INVALID when it is no regular file
   */
  find(objectKey: string): Promise<ImageFile>;
}

const MAX_KNOWN_FOLDERS = 4096;

/** Sizes and times of the files below a root, never of a file that a symlink puts outside it. */
export class ImageFiles implements FileLookup {
  readonly #root: string;
  /** Real path of folders seen lately: one realpath a folder instead of one a file. */
  readonly #folders = new Map<string, Promise<string>>();

  /** @param root absolute, without symlinks */
  constructor(root: string) {
    this.#root = root;
  }

  /**
   * @throws HairlineError IMAGE_FILE_MISSING, PATH_OUTSIDE_ROOT, or ROW_INVALID when it is no regular file
   */
  async find(objectKey: string): Promise<ImageFile> {
    const path = join(this.#root, objectKey);
    try {
      return await this.#find(path, objectKey);
    } catch (error) {
      throw fileError(error, objectKey);
    }
  }

  async #find(path: string, objectKey: string): Promise<ImageFile> {
    if (!isBelowRoot(await this.#realFolder(dirname(path)), this.#root)) throw pathOutsideRoot(objectKey);
    let entry = await lstat(path);
    if (entry.isSymbolicLink()) {
      if (!isBelowRoot(await realpath(path), this.#root)) throw pathOutsideRoot(objectKey);
      entry = await stat(path);
    }
    if (!entry.isFile())
      throw new HairlineError("ROW_INVALID", "path: is not a regular file", { field: "path" });
    return { byteSize: entry.size, modifiedAt: entry.mtime };
  }

  #realFolder(folder: string): Promise<string> {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    if (this.#folders.size >= MAX_KNOWN_FOLDERS) this.#folders.clear();
    const real = realpath(folder);
    this.#folders.set(folder, real);
    return real;
  }
}

const MISSING: ReadonlySet<string> = new Set([
  "ENOENT",
  "ENOTDIR",
  "EACCES",
  "EPERM",
  "ELOOP",
  "EIO",
  "ESTALE",
]);

/** A file system's error as the row's; what says nothing of the row (too many open files) is thrown as it is. */
function fileError(error: unknown, objectKey: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (error instanceof HairlineError) return error;
  if (code === "ENAMETOOLONG" || code === "EINVAL") {
    return new HairlineError("ROW_INVALID", "path: is longer than the file system allows", {
      field: "path",
      cause: error,
    });
  }
  if (!MISSING.has(code)) return error;
  const reason =
    code === "ENOENT" || code === "ENOTDIR" ? "there is no such file" : `cannot be read (${code})`;
  return new HairlineError("IMAGE_FILE_MISSING", `${objectKey}: ${reason}`, {
    file: objectKey,
    cause: error,
  });
}
