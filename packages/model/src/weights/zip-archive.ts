import { buffer as collect } from "node:stream/consumers";
import { crc32 } from "node:zlib";
import { fromBufferPromise, type Entry, type ZipFile } from "yauzl";
import { unreadable } from "./failure.ts";
import { WEIGHTS_LIMITS } from "./limits.ts";

/** Members of a zip archive by name, read on demand. */
export interface ZipArchive {
  readonly names: readonly string[];
  /**
   * @throws HairlineError WEIGHTS_UNREADABLE when the member is absent, compressed, larger than `maxBytes`, or fails
   *   its CRC-32
   */
  read(name: string, maxBytes: number): Promise<Buffer>;
}

/** @throws HairlineError WEIGHTS_UNREADABLE when the directory is damaged or has too many members */
export async function openZipArchive(file: Uint8Array): Promise<ZipArchive> {
  const entries = new Map<string, Entry>();
  const zip = await openDirectory(file, entries);
  return {
    names: [...entries.keys()],
    read: async (name, maxBytes) => {
      const entry = entries.get(name);
      if (entry === undefined) throw unreadable(`The archive has no member ${name}.`);
      if (entry.uncompressedSize > maxBytes)
        throw unreadable(`The member ${name} has ${entry.uncompressedSize} bytes; the limit is ${maxBytes}.`);
      // torch.save stores; a deflated member could ask for a thousand times the file's size.
      if (entry.compressionMethod !== 0) throw unreadable(`The member ${name} is compressed.`);
      return readMember(zip, entry);
    },
  };
}

async function openDirectory(file: Uint8Array, entries: Map<string, Entry>): Promise<ZipFile> {
  try {
    const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
    const zip = await fromBufferPromise(bytes, { lazyEntries: true, autoClose: false });
    if (zip.entryCount > WEIGHTS_LIMITS.zipEntries) throw new Error(`${zip.entryCount} members`);
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
    return zip;
  } catch (error) {
    throw unreadable("The zip archive is damaged.", error);
  }
}

async function readMember(zip: ZipFile, entry: Entry): Promise<Buffer> {
  let bytes: Buffer;
  try {
    bytes = await collect(await zip.openReadStreamPromise(entry));
  } catch (error) {
    throw unreadable(`The member ${entry.fileName} of the archive is damaged.`, error);
  }
  // yauzl checks sizes, not contents; a flipped bit in a weight would otherwise only show as a wrong reading.
  if (crc32(bytes) !== entry.crc32) throw unreadable(`The member ${entry.fileName} fails its CRC-32.`);
  return bytes;
}
