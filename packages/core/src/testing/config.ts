import { HairlineError } from "../errors.ts";

const HOME_VARIABLE = "HAIRLINE_TEST_HOME";

/** Tells the test processes started after this where the run keeps its servers. */
export function announceTestHome(path: string): void {
  process.env[HOME_VARIABLE] = path;
}

/**
 * The folder of the test run's servers.
 *
 * @throws HairlineError BAD_CONFIG outside of a vitest run with the global set-up
 */
export function testHome(): string {
  const home = process.env[HOME_VARIABLE];
  if (home !== undefined && home !== "") return home;
  throw new HairlineError("BAD_CONFIG", `${HOME_VARIABLE} is not set`, {
    field: HOME_VARIABLE,
    remedy: "Run under vitest with the globalSetup of vitest.shared.ts.",
  });
}

/** A Redis-compatible server's program to use instead of the one found. */
export function redisServerProgram(): string | undefined {
  return process.env["REDIS_SERVER_BIN"] || undefined;
}

export function cacheHome(): string | undefined {
  return process.env["XDG_CACHE_HOME"] || undefined;
}

/** Where the dynamic linker looks first. */
export function libraryPath(): string | undefined {
  return process.env["LD_LIBRARY_PATH"] || undefined;
}
