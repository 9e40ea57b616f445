import { unreadable } from "../failure.ts";
import type { ByteCursor } from "./cursor.ts";
import type { PickleTuple, PickleValue } from "./values.ts";

/** Maps a persistent id (how torch.save refers to a storage) to its value. */
export type ResolvePersistentId = (id: PickleValue) => PickleValue;

/** The stack, marks and memo of one pickle. Each access is checked: a damaged pickle is an error, never a crash. */
export class PickleMachine {
  readonly cursor: ByteCursor;
  readonly resolvePersistentId: ResolvePersistentId;
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();

  constructor(cursor: ByteCursor, resolvePersistentId: ResolvePersistentId) {
    this.cursor = cursor;
    this.resolvePersistentId = resolvePersistentId;
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  pop(): PickleValue {
    const value = this.top();
    this.#stack.pop();
    return value;
  }

  top(): PickleValue {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw malformed();
    return this.#stack.at(-1) as PickleValue;
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** All values above the last mark, and the mark. */
  popToMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw malformed();
    return this.#stack.splice(mark);
  }

  /** The last `length` values as a tuple. */
  popTuple(length: number): PickleTuple {
    const items = Array.from({ length }, () => this.pop());
    return { kind: "tuple", items: items.reverse() };
  }

  remember(index = this.#memo.size): void {
    this.#memo.set(index, this.top());
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw malformed();
    this.push(value);
  }

  topList(): PickleValue[] {
    const list = this.top();
    if (!Array.isArray(list)) throw malformed();
    return list;
  }

  topDict(): Map<PickleValue, PickleValue> {
    const dict = this.top();
    if (!(dict instanceof Map)) throw malformed();
    return dict;
  }
}

export function malformed(): Error {
  return unreadable("The pickle is damaged: its operations do not fit together.");
}
