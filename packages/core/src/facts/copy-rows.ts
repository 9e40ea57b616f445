import { HairlineError } from "../errors.ts";
import { emptyFactRow, UNLABELLED, type FactColumns, type FactRow } from "./fact-row.ts";

/** Signature, flags and extension length (PostgreSQL manual, COPY, binary format). */
const HEADER_BYTES = 19;
const END_MARK = -1;
const NULL_LENGTH = -1;
/** Dimensions, null flag, element type, length and lower bound of a one-dimensional array. */
const ARRAY_HEADER_BYTES = 20;
/** Length word and value of a real in an array. */
const ELEMENT_BYTES = 8;

/**
 * Reads the rows of one `copy ... to stdout (format binary)` as its chunks arrive. Four times as fast as rows through
 * the driver, and the server spends less on a row than on counting it in a hash table.
 */
export class CopyRows {
  readonly #columns: FactColumns;
  readonly #onRow: (row: FactRow) => void;
  readonly #row: FactRow;
  /** Bytes of a row without a null; a grid may have any length. */
  readonly #longestRow: number;
  #rest: Uint8Array = new Uint8Array(0);
  #started = false;

  /** @param onRow called with the same object for every row */
  constructor(columns: FactColumns, onRow: (row: FactRow) => void) {
    this.#columns = columns;
    this.#onRow = onRow;
    this.#longestRow = columns.grid ? Infinity : 21 + 8 * (1 + columns.areas.length);
    this.#row = emptyFactRow(columns);
  }

  push(chunk: Uint8Array): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    if (!this.#started) {
      if (bytes.length < HEADER_BYTES) {
        this.#rest = bytes;
        return;
      }
      this.#started = true;
      at = HEADER_BYTES;
    }
    for (;;) {
      if (bytes.length - at < this.#longestRow && !isWholeRow(view, at)) break;
      if (view.getInt16(at) === END_MARK) {
        this.#rest = new Uint8Array(0);
        return;
      }
      at = this.#read(view, at + 2);
    }
    this.#rest = bytes.subarray(at);
  }

  /** @throws HairlineError INTERNAL when the stream ended within a row */
  end(): void {
    if (this.#started && this.#rest.length === 0) return;
    throw new HairlineError("INTERNAL", "a COPY stream ended within a row");
  }

  /** @returns where the row ends */
  #read(view: DataView, start: number): number {
    const row = this.#row;
    let at = start;
    let isNull = view.getInt32(at) === NULL_LENGTH;
    row.label = isNull ? UNLABELLED : view.getInt16(at + 4);
    at += isNull ? 4 : 6;
    row.probability = view.getFloat32(at + 4);
    row.degenerate = view.getUint8(at + 12) === 1;
    at += 13;
    if (this.#columns.entropy) {
      isNull = view.getInt32(at) === NULL_LENGTH;
      row.entropy = isNull ? Number.NaN : view.getFloat32(at + 4);
      at += isNull ? 4 : 8;
    }
    const { areas } = row;
    for (let index = 0; index < areas.length; index++) {
      isNull = view.getInt32(at) === NULL_LENGTH;
      areas[index] = isNull ? Number.NaN : view.getFloat32(at + 4);
      at += isNull ? 4 : 8;
    }
    if (this.#columns.grid) {
      row.grid = readGrid(view, at);
      at += 4 + Math.max(0, view.getInt32(at));
    }
    this.#onRow(row);
    return at;
  }
}

/** Whether the row, or end mark, at `at` has all arrived. */
function isWholeRow(view: DataView, at: number): boolean {
  if (at + 2 > view.byteLength) return false;
  const fields = view.getInt16(at);
  let end = at + 2;
  for (let field = 0; field < fields; field++) {
    if (end + 4 > view.byteLength) return false;
    const length = view.getInt32(end);
    end += length === NULL_LENGTH ? 4 : 4 + length;
  }
  return end <= view.byteLength;
}

function readGrid(view: DataView, at: number): Float32Array {
  const length = view.getInt32(at);
  if (length < ARRAY_HEADER_BYTES) return new Float32Array(0);
  const cells = new Float32Array((length - ARRAY_HEADER_BYTES) / ELEMENT_BYTES);
  for (let cell = 0; cell < cells.length; cell++)
    cells[cell] = view.getFloat32(at + 4 + ARRAY_HEADER_BYTES + cell * ELEMENT_BYTES + 4);
  return cells;
}
