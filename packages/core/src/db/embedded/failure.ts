import { HairlineError } from "../../errors.ts";

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

function remedyFor(output: string): string | undefined {
  if (/No space left on device|could not extend file/i.test(output)) {
    return "Free disk space on the volume of the server's folder, then run the command again.";
  }
  if (/GLIBC_|ld-linux|ld-musl|libc\.so|symbol not found/i.test(output)) {
    return "The bundled server needs glibc 2.27 or newer (not musl): use a Debian-based image, or set DATABASE_URL.";
  }
  if (/database files are incompatible|initialized by PostgreSQL version/i.test(output)) {
    return "The folder was written by another PostgreSQL release: run that release, or move the folder away.";
  }
  if (/could not (create|resize) shared memory|semget|shmget/i.test(output)) {
    return "Raise the container's shared memory (docker run --shm-size=256m), or set DATABASE_URL.";
  }
  if (/Permission denied|must be owned by/i.test(output)) {
    return "Give the folder named to the user that runs the command, or choose another home folder.";
  }
  return undefined;
}
