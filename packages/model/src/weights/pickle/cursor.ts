import { unreadable } from "../failure.ts";
import { WEIGHTS_LIMITS } from "../limits.ts";

/** Reads a byte array front to back; every read past its end is WEIGHTS_UNREADABLE. */
export class ByteCursor {
  readonly #bytes: Buffer;
  #position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = position;
  }

  get position(): number {
    return this.#position;
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  uint16(): number {
    return this.take(2).readUInt16LE();
  }

  uint32(): number {
    return this.take(4).readUInt32LE();
  }

  int32(): number {
    return this.take(4).readInt32LE();
  }

  /** A length or count of 64 bits; more than 2^53 is past any end. */
  uint64(): number {
    const value = this.take(8).readBigUInt64LE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw unreadable(`A length of ${value} passes the end.`);
    return Number(value);
  }

  doubleBE(): number {
    return this.take(8).readDoubleBE();
  }

  text(length: number): string {
    if (length > WEIGHTS_LIMITS.pickleTextBytes)
      throw unreadable(`The pickle has a text of ${length} bytes.`);
    return this.take(length).toString("utf8");
  }

  /** Up to the next newline, which is consumed. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#position);
    if (end < 0) throw unreadable("The pickle ends inside a name.");
    const line = this.text(end - this.#position);
    this.#position = end + 1;
    return line;
  }

  /** A view, not a copy. */
  take(length: number): Buffer {
    const end = this.#position + length;
    if (end > this.#bytes.length)
      throw unreadable(`The data ends at byte ${this.#bytes.length}, inside a value.`);
    const view = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return view;
  }
}
