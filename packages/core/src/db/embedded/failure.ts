import { HairlineError, isHairlineError } from "../../errors.ts";

const OWN_SERVER = "Set DATABASE_URL to use a PostgreSQL server of your own.";

/** EMBEDDED_POSTGRES_FAILED with a remedy; without one given, the advice is to bring a server. */
export function embeddedFailure(
  message: string,
  context: { readonly cause?: unknown; readonly file?: string; readonly remedy?: string } = {},
): HairlineError {
  return new HairlineError("EMBEDDED_POSTGRES_FAILED", message, { remedy: OWN_SERVER, ...context });
}

/** The last lines of a server's or tool's output, with the remedy for the causes that can be told from it. */
export function outputFailure(what: string, output: string): HairlineError {
  const lines = output.trimEnd().split("\n").slice(-12).join("\n");
  const remedy = remedyFor(output);
  return embeddedFailure(`${what}:\n${lines || "(no output)"}`, remedy === undefined ? {} : { remedy });
}

/** Any failure of the set-up (a folder that cannot be written, a full disk, a refused password) under one code. */
export function toEmbeddedFailure(error: unknown, file: string): HairlineError {
  if (isHairlineError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const remedy = remedyFor(message);
  const context = remedy === undefined ? {} : { remedy };
  return embeddedFailure(`the embedded PostgreSQL server could not be set up: ${message}`, {
    cause: error,
    file,
    ...context,
  });
}

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /No space left on device|ENOSPC/i,
    "Free disk space on the volume of the server's folder, then run the command again.",
  ],
  [
    // A loader that is not there makes exec fail with ENOENT although the program is.
    /GLIBC_|ld-linux|ld-musl|symbol not found|spawn .*ENOENT/i,
    "The bundled server needs glibc 2.27 or newer, not musl: use a Debian-based image, or set DATABASE_URL.",
  ],
  [
    /database files are incompatible/i,
    "The folder was written by another PostgreSQL release: run that release, or move the folder away.",
  ],
  [
    /could not (create|resize) shared memory/i,
    "Raise the container's shared memory (docker run --shm-size=256m), or set DATABASE_URL.",
  ],
  [
    /password authentication failed/i,
    "The password file is not the one the server was made with: restore it, or move the folder away.",
  ],
  [
    /Permission denied|must be owned by|EACCES|EPERM|EROFS/i,
    "Give the folder named to the user that runs the command, or choose another home folder.",
  ],
];

function remedyFor(output: string): string | undefined {
  return REMEDIES.find(([pattern]) => pattern.test(output))?.[1];
}
