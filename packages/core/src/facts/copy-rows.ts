import type pg from "pg";
import { copyOut } from "./copy-out.ts";
import { emptyFactRow, UNLABELLED, type FactColumns, type FactRow } from "./fact-row.ts";

/** Signature, flags and extension length before the first row (PostgreSQL manual, COPY, binary format). */
const HEADER_BYTES = 19;
const END_MARK = -1;
const NULL_LENGTH = -1;
/** Dimensions, null flag, element type, length and lower bound of a one-dimensional array. */
const ARRAY_HEADER_BYTES = 20;
/** Length word and value of a real in an array. */
const ELEMENT_BYTES = 8;

export interface CopyFacts {
  /** `copy ... to stdout (format binary)` of label, probability, degenerate and the columns below, in their order. */
  readonly statement: string;
  readonly columns: FactColumns;
  /** Called with the same object for every row. */
  readonly onRow: (row: FactRow) => void;
}

/**
 * Reads predictions as fast as they come: several times as fast as rows through the driver, and the server spends
 * less on sending a row than on counting it in a hash table.
 */
export function copyFacts(client: pg.ClientBase, { statement, columns, onRow }: CopyFacts): Promise<void> {
  const row = emptyFactRow(columns);
  let isFirst = true;
  return copyOut(client, statement, (view, start) => {
    const at = isFirst ? start + HEADER_BYTES : start;
    isFirst = false;
    if (view.getInt16(at) === END_MARK) return;
    readRow(view, at + 2, { row, columns });
    onRow(row);
  });
}

function readRow(
  view: DataView,
  start: number,
  { row, columns }: { row: FactRow; columns: FactColumns },
): void {
  let at = start;
  let isNull = view.getInt32(at) === NULL_LENGTH;
  row.label = isNull ? UNLABELLED : view.getInt16(at + 4);
  at += isNull ? 4 : 6;
  row.probability = view.getFloat32(at + 4);
  row.degenerate = view.getUint8(at + 12) === 1;
  at += 13;
  if (columns.entropy) {
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
  if (columns.grid) row.grid = readGrid(view, at);
}

function readGrid(view: DataView, at: number): Float32Array {
  const length = view.getInt32(at);
  if (length < ARRAY_HEADER_BYTES) return new Float32Array(0);
  const cells = new Float32Array((length - ARRAY_HEADER_BYTES) / ELEMENT_BYTES);
  for (let cell = 0; cell < cells.length; cell++)
    cells[cell] = view.getFloat32(at + 4 + ARRAY_HEADER_BYTES + cell * ELEMENT_BYTES + 4);
  return cells;
}
