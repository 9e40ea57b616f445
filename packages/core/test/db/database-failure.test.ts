import { asDatabaseFailure } from "@hairline/core/db";
import { HairlineError } from "@hairline/core/errors";
import { expect, test } from "vitest";

const failed = (message: string, code?: string): Error =>
  Object.assign(new Error(message), code === undefined ? {} : { code });

test.for([
  [
    "a server that was stopped",
    failed("terminating connection due to administrator command", "57P01"),
    "server runs",
  ],
  ["a broken socket", failed("read ECONNRESET", "ECONNRESET"), "server runs"],
  ["a connection the driver lost", failed("Connection terminated unexpectedly"), "server runs"],
  ["a server that does not answer", failed("Query read timeout"), "server runs"],
  [
    "a transaction that rested too long",
    failed("terminating connection due to idle-in-transaction timeout", "25P03"),
    "server runs",
  ],
  ["a full disk", failed("could not extend file", "53100"), "Free space"],
  ["a deadlock", failed("deadlock detected", "40P01"), "again"],
  ["a role that may not write", failed("permission denied for table image", "42501"), "role"],
] as const)("gives %s a code and a remedy", ([, error, remedy]) => {
  expect(asDatabaseFailure(error)).toMatchObject({
    code: "DATABASE_UNAVAILABLE",
    message: expect.stringContaining(error.message) as string,
    remedy: expect.stringContaining(remedy) as string,
    cause: error,
  });
});

test.for([
  ["a defect's constraint", failed("violates check constraint", "23514")],
  ["a coded error", new HairlineError("IMAGE_EMPTY", "no bytes")],
  ["what is no error", "text"],
] as const)("leaves %s as it is", ([, error]) => {
  expect(asDatabaseFailure(error)).toBe(error);
});
