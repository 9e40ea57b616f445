export { s3Settings, type ChecksumMode, type S3Credentials, type S3Settings } from "./config.ts";
export { openFilesystemStore } from "./filesystem.ts";
export {
  DEFAULT_MAX_OBJECT_BYTES,
  requireExpected,
  type GetOptions,
  type ListedObject,
  type ListOptions,
  type ObjectStat,
  type ObjectStore,
  type PresignOptions,
  type PutStreamOptions,
} from "./object-store.ts";
export { objectsLocation, openObjectStore } from "./open-object-store.ts";
export { formatS3Url, isS3Url, parseS3Url, type S3Location } from "./s3-location.ts";
export { openS3Store, type S3StoreOptions } from "./s3.ts";
