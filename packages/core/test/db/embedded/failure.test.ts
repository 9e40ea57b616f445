import { expect, test } from "vitest";

import { outputFailure, toEmbeddedFailure } from "../../../src/db/embedded/failure.ts";
import { HairlineError } from "../../../src/errors.ts";

// Output as the programs print it: initdb and postgres 18, the GNU loader, Node.
test.for([
  ['FATAL:  could not write to file "pg_wal/xlogtemp.30": No space left on device', "Free disk space"],
  ["postgres: /lib/libc.so.6: version `GLIBC_2.27' not found (required by postgres)", "glibc 2.27"],
  ["/app/native/bin/initdb: spawn /app/native/bin/initdb ENOENT", "not musl"],
  ["FATAL:  database files are incompatible with server", "another PostgreSQL release"],
  ["FATAL:  could not create shared memory segment: Cannot allocate memory", "--shm-size"],
  ['FATAL:  password authentication failed for user "hairline"', "password file"],
  ['initdb: error: could not access directory "/home/a/data": Permission denied', "Give the folder named"],
  ['FATAL:  configuration file "postgresql.conf" contains errors', "Set DATABASE_URL"],
] as const)("for output %j advises %j", ([output, remedy]) => {
  const failure = outputFailure("initdb failed", output);
  expect(failure).toMatchObject({ code: "EMBEDDED_POSTGRES_FAILED", message: `initdb failed:\n${output}` });
  expect(failure.remedy).toContain(remedy);
});

test("keeps the last twelve lines of long output", () => {
  const output = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`).join("\n");
  const { message } = outputFailure("failed", `${output}\n\n`);
  expect(message.split("\n")).toHaveLength(13);
  expect(message.endsWith("line 30")).toBe(true);
});

test("says so when there is no output", () => {
  expect(outputFailure("failed", "\n").message).toBe("failed:\n(no output)");
});

test("keeps a failure that has its code already", () => {
  const failure = new HairlineError("BAD_CONFIG", "told already");
  expect(toEmbeddedFailure(failure, "/home")).toBe(failure);
});

test("names the home folder when it cannot be written", () => {
  const cause = Object.assign(new Error("EROFS: read-only file system, mkdir '/home/x'"), { code: "EROFS" });
  expect(toEmbeddedFailure(cause, "/home/x")).toMatchObject({
    code: "EMBEDDED_POSTGRES_FAILED",
    file: "/home/x",
    cause,
    remedy: "Give the folder named to the user that runs the command, or choose another home folder.",
  });
});
