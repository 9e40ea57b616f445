import { crc32, deflateRawSync } from "node:zlib";

export interface ZipMember {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What the directory says instead of the true size. */
  readonly statedSize?: number;
  readonly encrypted?: boolean;
  readonly statedCrc?: number;
}

/** A deflated ZIP of any names and statements, also ones that no packer would write. */
export function zipFile(members: readonly ZipMember[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const member of members) {
    const name = Buffer.from(member.name);
    const packed = deflateRawSync(member.bytes, { level: 9 });
    const fields = fieldsOf(member, name, packed);
    const local = Buffer.concat([u32(0x04034b50), u16(20), fields, name, packed]);
    directory.push(
      Buffer.concat([
        u32(0x02014b50),
        u16(20),
        u16(20),
        fields,
        u16(0),
        u16(0),
        u16(0),
        u32(0),
        u32(at),
        name,
      ]),
    );
    parts.push(local);
    at += local.length;
  }
  const entries = Buffer.concat(directory);
  const count = u16(members.length);
  const end = [u32(0x06054b50), u16(0), u16(0), count, count, u32(entries.length), u32(at), u16(0)];
  return Buffer.concat([...parts, entries, ...end]);
}

/** From the flags to the length of the extra field: the same before the data and in the directory. */
function fieldsOf(member: ZipMember, name: Buffer, packed: Buffer): Buffer {
  const { bytes, statedSize = bytes.length, statedCrc = crc32(bytes), encrypted = false } = member;
  const flags = 0x0800 | (encrypted ? 1 : 0);
  const sizes = [u32(packed.length), u32(statedSize), u16(name.length), u16(0)];
  return Buffer.concat([u16(flags), u16(8), u16(0), u16(0), u32(statedCrc), ...sizes]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}
