import { z } from "zod";

import { HairlineError } from "../errors.ts";

/** Which uploads carry checksums that the server verifies: all, or only where S3 demands one. */
export type ChecksumMode = "when-required" | "when-supported";

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** How an S3 server is reached. */
export interface S3Settings {
  /** Its URL; AWS by region when absent. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  /** https://host/bucket/key instead of https://bucket.host/key. Default: with an endpoint. */
  readonly forcePathStyle?: boolean | undefined;
  /** Default: "when-required" with an endpoint, since not every server knows the newer checksums. */
  readonly checksums?: ChecksumMode | undefined;
  /** The SDK's chain (profiles, roles of the container or instance) when absent. */
  readonly credentials?: S3Credentials | undefined;
}

const flag = z.enum(["true", "false", "1", "0"]).transform((text) => text === "true" || text === "1");

/** A variable set to nothing is one that is not set. */
const optional = <T extends z.ZodType>(schema: T) =>
  z
    .literal("")
    .transform(() => undefined)
    .or(schema)
    .optional();

const Environment = z.object({
  HAIRLINE_S3_ENDPOINT: optional(
    z
      .url({ protocol: /^https?$/, error: "expected an http:// or https:// URL" })
      .refine((text) => /^https?:\/\/[^@?#]+$/.test(text), "expected no user, query or fragment"),
  ),
  HAIRLINE_S3_REGION: optional(z.string().regex(/^[a-z0-9-]{1,63}$/, "expected a region's name")),
  HAIRLINE_S3_PATH_STYLE: optional(flag),
  HAIRLINE_S3_CHECKSUMS: optional(z.enum(["when-required", "when-supported"])),
  AWS_REGION: optional(z.string()),
  AWS_DEFAULT_REGION: optional(z.string()),
  AWS_ACCESS_KEY_ID: optional(z.string()),
  AWS_SECRET_ACCESS_KEY: optional(z.string()),
  AWS_SESSION_TOKEN: optional(z.string()),
});

/**
 * The S3 server that this process's environment names: the only place an endpoint comes from.
 *
 * @throws HairlineError BAD_CONFIG naming every bad variable at once
 */
export function s3Settings(environment: NodeJS.ProcessEnv = process.env): S3Settings {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    throw new HairlineError("BAD_CONFIG", z.prettifyError(parsed.error), {
      field: parsed.error.issues.map((issue) => issue.path.join(".")).join(", "),
      remedy: "Correct or unset the variables named.",
    });
  }
  const variables = parsed.data;
  const endpoint = variables.HAIRLINE_S3_ENDPOINT;
  const region = variables.HAIRLINE_S3_REGION ?? variables.AWS_REGION ?? variables.AWS_DEFAULT_REGION;
  return {
    endpoint,
    // Servers other than AWS's mostly ignore the region, but a signature needs one.
    region: region ?? (endpoint === undefined ? undefined : "us-east-1"),
    forcePathStyle: variables.HAIRLINE_S3_PATH_STYLE,
    checksums: variables.HAIRLINE_S3_CHECKSUMS,
    credentials: credentialsOf(variables),
  };
}

function credentialsOf(variables: z.infer<typeof Environment>): S3Credentials | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = variables;
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken: variables.AWS_SESSION_TOKEN };
}

/** The SDK's notice of the Node versions its later releases will want says nothing to a user of this one. */
export function silenceSdkVersionNotice(): void {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
}
