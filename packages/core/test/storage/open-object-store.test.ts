import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import {
  formatS3Url,
  objectsLocation,
  openObjectStore,
  parseS3Url,
  s3Settings,
} from "@hairline/core/storage";
import { temporaryFolder } from "@hairline/core/testing";
import { expect, test } from "vitest";

test.for([
  ["s3://bucket", "bucket", "", "s3://bucket"],
  ["s3://bucket/", "bucket", "", "s3://bucket"],
  ["s3://my.bucket-1/MURA-v1.1/", "my.bucket-1", "MURA-v1.1/", "s3://my.bucket-1/MURA-v1.1"],
  ["s3://bucket/a b/c%20d?e#f", "bucket", "a b/c%20d?e#f/", "s3://bucket/a b/c%20d?e#f"],
] as const)("reads %j", ([url, bucket, prefix, plain]) => {
  expect(parseS3Url(url)).toEqual({ bucket, prefix });
  expect(formatS3Url({ bucket, prefix })).toBe(plain);
});

// A bucket may become a part of a host's name: nothing of it may lead to another host.
test.for([
  "s3://",
  "s3:///key",
  "s3://ab",
  "s3://Bucket/a",
  "s3://user@host/a",
  "s3://bucket:9000/a",
  "s3://10.0.0.1/a",
  "s3://bucket./a",
  "s3://-bucket/a",
  "s3://bucket?x/a",
  "s3://bucket#x/a",
  "s3://buc ket/a",
  "s3://buc\\ket/a",
  `s3://${"b".repeat(64)}/a`,
  "s3://bucket/a//b",
  "s3://bucket/../b",
  "s3://bucket/a\0b",
  `s3://bucket/${"k".repeat(1025)}`,
])("refuses %j", (url) => {
  expect(() => parseS3Url(url)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }) as Error);
  expect(() => openObjectStore(url)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }) as Error);
});

test.for([
  "",
  "http://169.254.169.254/latest",
  "https://host/a",
  "ftp://host/a",
  "gopher://x",
  "file://host/a",
])("opens no store at %j", (location) => {
  expect(() => openObjectStore(location)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }) as Error);
});

test("opens folders by path and by file: URL", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "a b"));
  await writeFile(join(folder.path, "a b/c"), "text");
  for (const location of [join(folder.path, "a b"), pathToFileURL(join(folder.path, "a b")).href]) {
    expect(Buffer.from(await openObjectStore(location).get("c")).toString()).toBe("text");
  }
});

test("takes the server from the environment, empty variables for absent ones", () => {
  expect(s3Settings({ HAIRLINE_S3_ENDPOINT: "", AWS_REGION: "eu-west-1" })).toMatchObject({
    endpoint: undefined,
    region: "eu-west-1",
    credentials: undefined,
  });
  const settings = s3Settings({
    HAIRLINE_S3_ENDPOINT: "http://store:9000",
    HAIRLINE_S3_PATH_STYLE: "false",
    HAIRLINE_S3_CHECKSUMS: "when-supported",
    AWS_ACCESS_KEY_ID: "id",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_SESSION_TOKEN: "token",
  });
  expect(settings).toEqual({
    endpoint: "http://store:9000",
    region: "us-east-1",
    forcePathStyle: false,
    checksums: "when-supported",
    credentials: { accessKeyId: "id", secretAccessKey: "secret", sessionToken: "token" },
  });
});

test("reports every bad variable at once, and no secret", () => {
  const bad = {
    HAIRLINE_S3_ENDPOINT: "http://user:password@store",
    HAIRLINE_S3_PATH_STYLE: "maybe",
    HAIRLINE_S3_CHECKSUMS: "always",
    AWS_SECRET_ACCESS_KEY: "secret",
  };
  expect(() => s3Settings(bad)).toThrow(
    expect.objectContaining({
      code: "BAD_CONFIG",
      field: "HAIRLINE_S3_ENDPOINT, HAIRLINE_S3_PATH_STYLE, HAIRLINE_S3_CHECKSUMS",
      message: expect.not.stringMatching(/password|secret/) as string,
    }) as Error,
  );
});

test.for([
  [undefined, "/home/objects"],
  ["", "/home/objects"],
  ["/elsewhere", "/elsewhere"],
  ["s3://bucket/models/", "s3://bucket/models"],
  ["file:///elsewhere", "file:///elsewhere"],
] as const)("keeps objects of HAIRLINE_OBJECTS=%j in %s", ([setting, location]) => {
  expect(objectsLocation(setting, "/home")).toBe(location);
});
