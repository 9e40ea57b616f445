import type pg from "pg";

type DataHandler = (chunk: Buffer) => void;

/** Message types (PostgreSQL manual, message formats). */
const COPY_OUT_RESPONSE = 0x48;
const COPY_DATA = 0x64;
const NOTICE = 0x4e;
const PARAMETER_STATUS = 0x53;
const NOTIFICATION = 0x41;
/** Type and length word; the length counts itself but not the type. */
const HEAD_BYTES = 5;

/** What is in one CopyData message, which the protocol says is one row: bytes `start` to `end` of the view. */
export type CopyRowReader = (view: DataView, start: number, end: number) => void;

/**
 * Runs `copy ... to stdout` and hands every row to `read` where it lies in the socket's buffer. The driver, as
 * pg-copy-streams does too, makes objects of every message; of 100-byte rows that takes longer than all the rest.
 *
 * @throws the server's error, or that of the lost connection
 */
export function copyOut(client: pg.ClientBase, text: string, read: CopyRowReader): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new CopyOutQuery({ text, read, resolve, reject }));
  });
}

interface CopyOutParts {
  readonly text: string;
  readonly read: CopyRowReader;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** While rows come, the socket's data goes here and not to the driver; every other message is the driver's. */
class CopyOutQuery implements pg.Submittable {
  readonly #parts: CopyOutParts;
  #connection: pg.Connection | undefined;
  #driver: DataHandler | undefined;
  /** The beginning of a message of which the end has not come. */
  #rest: Buffer | undefined;
  #error: Error | undefined;

  constructor(parts: CopyOutParts) {
    this.#parts = parts;
  }

  submit(connection: pg.Connection): void {
    this.#connection = connection;
    this.#driver = connection.stream.listeners("data")[0] as DataHandler;
    connection.stream.off("data", this.#driver);
    connection.stream.on("data", this.#onData);
    connection.query(this.#parts.text);
  }

  readonly #onData = (chunk: Buffer): void => {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = 0;
    while (at + HEAD_BYTES <= bytes.length) {
      const type = view.getUint8(at);
      if (!isWithinCopy(type)) return this.#detach(bytes.subarray(at));
      const end = at + 1 + view.getInt32(at + 1);
      if (end > bytes.length) break;
      if (type === COPY_DATA && this.#error === undefined) this.#readRow(view, at + HEAD_BYTES, end);
      at = end;
    }
    this.#rest = at < bytes.length ? bytes.subarray(at) : undefined;
  };

  #readRow(view: DataView, start: number, end: number): void {
    try {
      this.#parts.read(view, start, end);
    } catch (error) {
      // Thrown on, it would leave the connection in the middle of a message.
      this.#error = error instanceof Error ? error : new Error(String(error));
    }
  }

  #detach(unread: Buffer): void {
    if (this.#connection === undefined || this.#driver === undefined) return;
    const { stream } = this.#connection;
    stream.off("data", this.#onData);
    stream.on("data", this.#driver);
    const driver = this.#driver;
    this.#driver = undefined;
    if (unread.length > 0) driver(unread);
  }

  /** Called by the driver, also when the connection is lost. */
  handleError(error: Error): void {
    this.#detach(Buffer.alloc(0));
    this.#error ??= error;
    this.#parts.reject(this.#error);
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    if (this.#error === undefined) this.#parts.resolve();
    else this.#parts.reject(this.#error);
  }
}

/** Whether a message may come between two rows, or is one; notices in between are dropped. */
function isWithinCopy(type: number): boolean {
  return (
    type === COPY_DATA ||
    type === COPY_OUT_RESPONSE ||
    type === NOTICE ||
    type === PARAMETER_STATUS ||
    type === NOTIFICATION
  );
}
