import { buffer as collect } from "node:stream/consumers";
import { crc32 } from "node:zlib";
import { HairlineError } from "@hairline/core/errors";
import { fromFd, getFileNameLowLevel, type Entry, type ZipFile } from "yauzl";
import { isZip, tooManyBytes } from "./received-file.ts";
import type { SpooledFile } from "./spool.ts";
import type { UploadLimits } from "./upload-settings.ts";

/** Small files pack to nothing, also sound ones. */
const RATIO_FROM_BYTES = 1024 ** 2;

/** One file of a ZIP. */
export interface ZipEntry {
  /** As the ZIP has it, to be shown only. */
  readonly name: string;
  /** @throws HairlineError ZIP_UNREADABLE, IMAGE_TOO_LARGE */
  read(): Promise<Uint8Array>;
}

/**
 * The files of a ZIP in its order, without folders. Nothing is unpacked before the whole directory was held against
 * the limits, and no entry to more than its stated size.
 *
 * @throws HairlineError ZIP_UNREADABLE, ZIP_TOO_LARGE
 */
export async function openZipEntries({ handle }: SpooledFile, limits: UploadLimits): Promise<ZipEntry[]> {
  const { zip, entries } = await readDirectory(handle.fd, limits);
  return entries.map((entry) => ({
    name: nameOf(entry),
    read: () => readEntry(zip, entry, limits),
  }));
}

async function readDirectory(fd: number, limits: UploadLimits): Promise<{ zip: ZipFile; entries: Entry[] }> {
  try {
    const zip = await openZip(fd);
    // The count that the ZIP states: one that lies has more or fewer, which the reader refuses.
    if (zip.entryCount > limits.maxFiles)
      throw tooLarge(`has ${zip.entryCount} entries, where ${limits.maxFiles} are taken`);
    const entries: Entry[] = [];
    let unpacked = 0;
    for await (const entry of zip.eachEntry()) {
      if (nameOf(entry).endsWith("/")) continue;
      unpacked += entry.uncompressedSize;
      if (unpacked > limits.maxUnpackedBytes)
        throw tooLarge(`unpacks to more than ${limits.maxUnpackedBytes} bytes`);
      entries.push(entry);
    }
    return { zip, entries };
  } catch (error) {
    throw error instanceof HairlineError ? error : unreadable("its directory is damaged", error);
  }
}

/** Names are not decoded, hence not judged: none becomes a path, so that no ZIP is refused for one. */
function openZip(fd: number): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    fromFd(fd, { lazyEntries: true, autoClose: false, decodeStrings: false }, (error, zip) => {
      if (error === null) resolve(zip);
      else reject(error);
    });
  });
}

async function readEntry(zip: ZipFile, entry: Entry, limits: UploadLimits): Promise<Uint8Array> {
  const { uncompressedSize, compressedSize } = entry;
  if (uncompressedSize > limits.maxImageBytes) throw tooManyBytes(uncompressedSize, limits.maxImageBytes);
  if (uncompressedSize > RATIO_FROM_BYTES && uncompressedSize > limits.maxRatio * compressedSize)
    throw tooLarge(`has an entry packed to less than 1/${limits.maxRatio} of its size`);
  if (entry.isEncrypted()) throw unreadable("the entry is encrypted");
  let bytes: Buffer;
  try {
    bytes = await collect(await zip.openReadStreamPromise(entry));
  } catch (error) {
    throw unreadable("the entry is damaged", error);
  }
  if (crc32(bytes) !== entry.crc32) throw unreadable("the entry fails its checksum");
  if (isZip(bytes)) throw unreadable("a ZIP in a ZIP is not unpacked");
  return bytes;
}

function nameOf(entry: Entry): string {
  return getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
}

function unreadable(reason: string, cause?: unknown): HairlineError {
  return new HairlineError("ZIP_UNREADABLE", `The ZIP cannot be read: ${reason}.`, {
    remedy: "Pack it again, without a password and without ZIPs in it.",
    cause,
  });
}

function tooLarge(reason: string): HairlineError {
  return new HairlineError("ZIP_TOO_LARGE", `The ZIP ${reason}.`, { remedy: "Split it." });
}
