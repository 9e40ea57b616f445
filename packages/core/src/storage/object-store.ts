import { HairlineError } from "../errors.ts";

/** What a store knows of an object without reading it. */
export interface ObjectStat {
  readonly byteSize: number;
  /** As exact as the store keeps it; S3 gives whole seconds. */
  readonly modifiedAt: Date;
  /** Another one whenever the bytes are others; undefined where the store keeps none. */
  readonly etag?: string | undefined;
}

export interface ListedObject extends ObjectStat {
  readonly key: string;
}

export interface GetOptions {
  readonly signal?: AbortSignal | undefined;
  /** Most bytes taken; a larger object is refused before it is read. Default 1 GiB. */
  readonly maxBytes?: number | undefined;
  /** What the object was when it was last seen: any other bytes are refused, also ones that change while they are read. */
  readonly expected?: ObjectStat | undefined;
}

export interface ListOptions {
  /** Only keys after this one, in byte order. */
  readonly startAfter?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called for an object that is there under a name that is no key (empty parts, "..", too long). */
  readonly onUnaddressable?: ((name: string) => void) | undefined;
}

export interface PutStreamOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface PresignOptions {
  /** 1 to 604,800. */
  readonly expiresInSeconds: number;
}

export const DEFAULT_MAX_OBJECT_BYTES = 1024 ** 3;

/**
 * For stores: refuses an object that is not the one a caller expects. Times are compared by the millisecond.
 *
 * @throws HairlineError IMAGE_CHANGED
 */
export function requireExpected(key: string, found: ObjectStat, expected: ObjectStat | undefined): void {
  if (expected === undefined) return;
  const isSame =
    found.byteSize === expected.byteSize &&
    found.modifiedAt.getTime() === expected.modifiedAt.getTime() &&
    (found.etag === undefined || expected.etag === undefined || found.etag === expected.etag);
  if (isSame) return;
  throw new HairlineError("IMAGE_CHANGED", `${key} changed since it was imported: import its archive again`, {
    file: key,
    remedy: "Import the archive again, then score it again.",
  });
}

/**
 * Bytes by key. A key is 1 to 1,024 bytes of UTF-8, "/" between its parts, none of them empty, "." or "..";
 * every call refuses another with PATH_OUTSIDE_ROOT. Where a key is a folder of another ("a" and "a/b"), a
 * store may refuse the second.
 */
export interface ObjectStore {
  /**
   * All bytes of an object.
   *
   * @throws HairlineError IMAGE_FILE_MISSING, IMAGE_TOO_LARGE, IMAGE_CHANGED, PATH_OUTSIDE_ROOT; the signal's reason
   *   when aborted; other errors (a network file system's, too many open files) as they come, since a retry may cure them
   */
  get(key: string, options?: GetOptions): Promise<Uint8Array>;

  /**
   * The bytes of an object as they arrive, without a limit unless `maxBytes` gives one.
   *
   * @throws HairlineError as get does, when iterated
   */
  getStream(key: string, options?: GetOptions): AsyncIterable<Uint8Array>;

  /** Stores or replaces an object; readers see the old bytes or the new, and a finished put survives a crash. */
  put(key: string, bytes: Uint8Array): Promise<void>;

  /**
   * As put, of bytes that need not fit into memory. Nothing is stored when the source throws, whose error then comes
   * out, or when the signal aborts.
   */
  putStream(key: string, chunks: AsyncIterable<Uint8Array>, options?: PutStreamOptions): Promise<void>;

  /** Undefined when there is no such object. */
  stat(key: string): Promise<ObjectStat | undefined>;

  exists(key: string): Promise<boolean>;

  /** Deletes an object; one that is not there already is no failure. */
  delete(key: string): Promise<void>;

  /**
   * Objects whose key starts with `prefix` ("" for all), by rising key in byte order. Objects put or deleted
   * meanwhile may be missed or met.
   *
   * @throws HairlineError PATH_OUTSIDE_ROOT when no key can start so
   */
  list(prefix: string, options?: ListOptions): AsyncIterable<ListedObject>;

  /** A URL with which anyone may download the object until it expires; absent where the store has no server. */
  presignGet?(key: string, options: PresignOptions): Promise<string>;
}
