import { HairlineError } from "../errors.ts";

export function objectMissing(key: string, reason: string, cause?: unknown): HairlineError {
  return new HairlineError("IMAGE_FILE_MISSING", `${key} ${reason}`, {
    file: key,
    remedy: "Restore the file and its permissions, or remove what refers to it.",
    cause,
  });
}

export function objectTooLarge(key: string, byteSize: number, maxBytes: number): HairlineError {
  return new HairlineError("IMAGE_TOO_LARGE", `${key} has ${byteSize} bytes, over the limit of ${maxBytes}`, {
    file: key,
    field: "maxBytes",
    remedy: "Raise the limit on file size, or shrink the file.",
  });
}

export function storeFull(file: string, cause: unknown): HairlineError {
  return new HairlineError("STORE_FULL", `There is no room left to store ${file}.`, {
    file,
    remedy: "Make room or raise the quota, then try again.",
    cause,
  });
}
