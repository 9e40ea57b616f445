import { truncated } from "./image-error.ts";

/** Reads integers of one byte order; a read past the end is IMAGE_TRUNCATED, never undefined or zero. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly littleEndian: boolean;

  constructor(bytes: Uint8Array, littleEndian: boolean) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.littleEndian = littleEndian;
  }

  get length(): number {
    return this.bytes.length;
  }

  uint8(at: number): number {
    this.require(at, 1);
    return this.#view.getUint8(at);
  }

  uint16(at: number): number {
    this.require(at, 2);
    return this.#view.getUint16(at, this.littleEndian);
  }

  uint32(at: number): number {
    this.require(at, 4);
    return this.#view.getUint32(at, this.littleEndian);
  }

  /** Four ASCII characters, as in a PNG chunk's type. */
  tag(at: number): string {
    this.require(at, 4);
    return String.fromCharCode(...this.bytes.subarray(at, at + 4));
  }

  /** @throws HairlineError IMAGE_TRUNCATED unless bytes [at, at + count) are there */
  require(at: number, count: number): void {
    if (at + count > this.bytes.length) {
      throw truncated(`needs byte ${at + count} of a file of ${this.bytes.length}`);
    }
  }
}
