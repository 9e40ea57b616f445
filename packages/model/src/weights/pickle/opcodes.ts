import { unsafePickle } from "../failure.ts";
import { construct, resolveGlobal } from "./globals.ts";
import { malformed, type PickleMachine } from "./machine.ts";
import { isGlobal, isTuple, type PickleValue } from "./values.ts";

type Operation = (machine: PickleMachine) => void;

export const STOP = 0x2e;

const SCALARS: readonly [number, Operation][] = [
  [0x4e, (machine) => machine.push(null)], // NONE
  [0x88, (machine) => machine.push(true)], // NEWTRUE
  [0x89, (machine) => machine.push(false)], // NEWFALSE
  [0x4b, (machine) => machine.push(machine.cursor.byte())], // BININT1
  [0x4d, (machine) => machine.push(machine.cursor.uint16())], // BININT2
  [0x4a, (machine) => machine.push(machine.cursor.int32())], // BININT
  [0x8a, (machine) => machine.push(long(machine))], // LONG1
  [0x47, (machine) => machine.push(machine.cursor.doubleBE())], // BINFLOAT
  [0x8c, (machine) => machine.push(machine.cursor.text(machine.cursor.byte()))], // SHORT_BINUNICODE
  [0x58, (machine) => machine.push(machine.cursor.text(machine.cursor.uint32()))], // BINUNICODE
  [0x43, (machine) => machine.push(machine.cursor.take(machine.cursor.byte()))], // SHORT_BINBYTES
  [0x42, (machine) => machine.push(machine.cursor.take(machine.cursor.uint32()))], // BINBYTES
];

const CONTAINERS: readonly [number, Operation][] = [
  [0x29, (machine) => machine.push({ kind: "tuple", items: [] })], // EMPTY_TUPLE
  [0x85, (machine) => machine.push(machine.popTuple(1))], // TUPLE1
  [0x86, (machine) => machine.push(machine.popTuple(2))], // TUPLE2
  [0x87, (machine) => machine.push(machine.popTuple(3))], // TUPLE3
  [0x74, (machine) => machine.push({ kind: "tuple", items: machine.popToMark() })], // TUPLE
  [0x5d, (machine) => machine.push([])], // EMPTY_LIST
  [0x61, (machine) => append(machine, [machine.pop()])], // APPEND
  [0x65, (machine) => append(machine, machine.popToMark())], // APPENDS
  [0x7d, (machine) => machine.push(new Map())], // EMPTY_DICT
  [0x73, (machine) => setItems(machine, machine.popTuple(2).items)], // SETITEM
  [0x75, (machine) => setItems(machine, machine.popToMark())], // SETITEMS
];

const STACK_AND_MEMO: readonly [number, Operation][] = [
  [0x80, ({ cursor }) => void cursor.byte()], // PROTO
  [0x95, ({ cursor }) => void cursor.uint64()], // FRAME
  [0x28, (machine) => machine.mark()], // MARK
  [0x30, (machine) => void machine.pop()], // POP
  [0x71, (machine) => machine.remember(machine.cursor.byte())], // BINPUT
  [0x72, (machine) => machine.remember(machine.cursor.uint32())], // LONG_BINPUT
  [0x94, (machine) => machine.remember()], // MEMOIZE
  [0x68, (machine) => machine.recall(machine.cursor.byte())], // BINGET
  [0x6a, (machine) => machine.recall(machine.cursor.uint32())], // LONG_BINGET
];

const OBJECTS: readonly [number, Operation][] = [
  [0x63, (machine) => machine.push(resolveGlobal(machine.cursor.line(), machine.cursor.line()))], // GLOBAL
  [0x93, stackGlobal], // STACK_GLOBAL
  [0x52, reduce], // REDUCE
  [0x62, build], // BUILD
  [0x51, (machine) => machine.push(machine.resolvePersistentId(machine.pop()))], // BINPERSID
];

/** The operations torch.save writes at pickle protocols 2 to 5; every other one is refused. */
export const OPERATIONS: ReadonlyMap<number, Operation> = new Map([
  ...SCALARS,
  ...CONTAINERS,
  ...STACK_AND_MEMO,
  ...OBJECTS,
]);

/** Operations of the pickle format that make objects of arbitrary classes; refused by name. */
export const REFUSED_OPERATIONS: ReadonlyMap<number, string> = new Map([
  [0x69, "INST"],
  [0x6f, "OBJ"],
  [0x81, "NEWOBJ"],
  [0x92, "NEWOBJ_EX"],
  [0x82, "EXT1"],
  [0x83, "EXT2"],
  [0x84, "EXT4"],
  [0x50, "PERSID"],
]);

function long({ cursor }: PickleMachine): PickleValue {
  const bytes = cursor.take(cursor.byte());
  let value = 0n;
  for (let index = bytes.length - 1; index >= 0; index -= 1)
    value = (value << 8n) | BigInt(bytes[index] ?? 0);
  value = BigInt.asIntN(8 * bytes.length, value);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function append(machine: PickleMachine, items: readonly PickleValue[]): void {
  const list = machine.topList();
  for (const item of items) list.push(item);
}

function setItems(machine: PickleMachine, items: readonly PickleValue[]): void {
  const dict = machine.topDict();
  if (items.length % 2 !== 0) throw malformed();
  for (let index = 0; index < items.length; index += 2)
    dict.set(items[index] as PickleValue, items[index + 1] as PickleValue);
}

function stackGlobal(machine: PickleMachine): void {
  const [module, name] = machine.popTuple(2).items;
  if (typeof module !== "string" || typeof name !== "string") throw malformed();
  machine.push(resolveGlobal(module, name));
}

function reduce(machine: PickleMachine): void {
  const [callee, args] = machine.popTuple(2).items;
  if (!isGlobal(callee) || !isTuple(args)) throw malformed();
  machine.push(construct(callee, args));
}

/** nn.Module.state_dict() hangs `_metadata` on its OrderedDict; any other state would be an object's. */
function build(machine: PickleMachine): void {
  const state = machine.pop();
  if (!(machine.top() instanceof Map) || !(state instanceof Map))
    throw unsafePickle("The pickle sets the state of an object that is not a dict.", "BUILD");
}
