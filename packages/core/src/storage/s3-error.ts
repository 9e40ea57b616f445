import { HairlineError } from "../errors.ts";
import { storeFull } from "./object-failure.ts";

/** What an error of the SDK may hold. */
interface SdkError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const REFUSALS = new Set([
  "AccessDenied",
  "AccountProblem",
  "AllAccessDisabled",
  "CredentialsProviderError",
  "ExpiredToken",
  "InvalidAccessKeyId",
  "InvalidToken",
  "RequestTimeTooSkewed",
  "SignatureDoesNotMatch",
  "TokenRefreshRequired",
]);

const MISCONFIGURED = new Set([
  "AuthorizationHeaderMalformed",
  "IllegalLocationConstraintException",
  "InvalidBucketName",
  "PermanentRedirect",
]);

/** AWS has no end; servers of one's own have. */
const FULL = new Set([
  "InsufficientStorage",
  "QuotaExceeded",
  "XMinioStorageFull",
  "XMinioAdminBucketQuotaExceeded",
]);

export type S3Fault =
  "no-object" | "no-bucket" | "bad-key" | "denied" | "misconfigured" | "changed" | "full" | "unavailable";

/** What an error of the SDK says of the request. */
export function faultOf(error: unknown): S3Fault {
  const { name = "", message = "", $metadata } = error as SdkError;
  const status = $metadata?.httpStatusCode ?? 0;
  if (name === "NoSuchBucket") return "no-bucket";
  if (name === "KeyTooLongError" || name === "InvalidObjectName" || name === "InvalidURI") return "bad-key";
  if (MISCONFIGURED.has(name) || status === 301 || message.startsWith("Region is missing"))
    return "misconfigured";
  if (REFUSALS.has(name) || status === 401 || status === 403) return "denied";
  if (status === 412) return "changed";
  if (FULL.has(name) || status === 507) return "full";
  // HEAD answers have no body that could tell a missing bucket from a missing object.
  if (name === "NoSuchKey" || status === 404) return "no-object";
  return "unavailable";
}

/** The error of a request that is no missing object's, with what to do about it. */
export function storeError(
  error: unknown,
  place: { readonly bucket: string; readonly key?: string },
): unknown {
  if (error instanceof HairlineError) return error;
  const { bucket, key } = place;
  const file = key === undefined ? `s3://${bucket}` : `s3://${bucket}/${key}`;
  switch (faultOf(error)) {
    case "no-bucket":
      return new HairlineError("ARCHIVE_NOT_FOUND", `There is no bucket ${bucket}.`, {
        file,
        remedy: "Check the bucket's name, HAIRLINE_S3_ENDPOINT and the region.",
        cause: error,
      });
    case "denied":
      return new HairlineError(
        "STORE_DENIED",
        `The object store refuses access to ${file} (${reasonOf(error)}).`,
        {
          file,
          remedy: "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or the role, and the bucket's policy.",
          cause: error,
        },
      );
    case "misconfigured":
      return new HairlineError(
        "BAD_CONFIG",
        `The object store cannot serve ${file} so (${reasonOf(error)}).`,
        {
          file,
          field: "HAIRLINE_S3_REGION",
          remedy:
            "Set HAIRLINE_S3_REGION to the bucket's region, and HAIRLINE_S3_ENDPOINT where it is not AWS.",
          cause: error,
        },
      );
    case "bad-key":
      return new HairlineError("BAD_ARGUMENT", `The object store takes no key such as ${file}.`, {
        file,
        field: "key",
        remedy: "Choose a key that is 1,024 bytes long at most together with the prefix.",
        cause: error,
      });
    case "full":
      return storeFull(file, error);
    case "no-object":
    case "changed":
    case "unavailable":
      return storeUnavailable(`The object store did not serve ${file} (${reasonOf(error)}).`, {
        file,
        cause: error,
      });
  }
}

export function storeUnavailable(message: string, context: { file: string; cause?: unknown }): HairlineError {
  return new HairlineError("STORE_UNAVAILABLE", message, {
    ...context,
    remedy: "Check HAIRLINE_S3_ENDPOINT and the store; what was under way is tried again.",
  });
}

function reasonOf(error: unknown): string {
  const { name = "Error", code, message = "", $metadata } = error as SdkError;
  const status = $metadata?.httpStatusCode;
  const label = code ?? (name === "Error" ? message : name);
  return status === undefined ? label : `${label}, HTTP ${status}`;
}
