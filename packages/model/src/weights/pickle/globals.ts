import { unreadable, unsafePickle } from "../failure.ts";
import type { ElementType } from "../tensor.ts";
import {
  isStorage,
  isTensor,
  isTuple,
  type AllowedGlobal,
  type PickleTuple,
  type PickleValue,
  type TensorReference,
} from "./values.ts";

/** Storage classes by the name torch.save writes. Quantised and complex storages hold no ResNet weights. */
export const STORAGE_TYPES: Readonly<Record<string, ElementType>> = {
  "torch.DoubleStorage": "float64",
  "torch.FloatStorage": "float32",
  "torch.HalfStorage": "float16",
  "torch.BFloat16Storage": "bfloat16",
  "torch.LongStorage": "int64",
  "torch.IntStorage": "int32",
  "torch.ShortStorage": "int16",
  "torch.CharStorage": "int8",
  "torch.ByteStorage": "uint8",
  "torch.BoolStorage": "bool",
};

type Construct = (args: PickleTuple) => PickleValue;

/** Callables a state dict is made of; each is our own construction, no Python name is ever resolved. */
const CONSTRUCTORS: Readonly<Record<string, Construct>> = {
  "collections.OrderedDict": orderedDict,
  // MultiStepLR keeps its milestones in a Counter, so checkpoints with a scheduler hold one.
  "collections.Counter": ({ items }) => (items[0] instanceof Map ? items[0] : new Map()),
  "torch._utils._rebuild_tensor": ({ items }) => tensorReference(items),
  "torch._utils._rebuild_tensor_v2": ({ items }) => tensorReference(items),
  "torch._utils._rebuild_parameter": ({ items }) => parameter(items[0]),
  "torch.Size": ({ items }) => items[0] ?? { kind: "tuple", items: [] },
  "torch.device": () => ({ kind: "inert", name: "torch.device" }),
};

const ELEMENT_TYPE_NAMES = new Set(
  ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"].map(
    (type) => `torch.${type}`,
  ),
);

/**
 * The value a pickle means by `module.name`.
 *
 * @throws HairlineError WEIGHTS_UNSAFE_PICKLE, naming it, when it is not on the allow list
 */
export function resolveGlobal(module: string, name: string): PickleValue {
  const global = `${module}.${name}`;
  if (ELEMENT_TYPE_NAMES.has(global)) return { kind: "inert", name: global };
  if (!Object.hasOwn(STORAGE_TYPES, global) && !Object.hasOwn(CONSTRUCTORS, global))
    throw unsafePickle(
      `The pickle names ${printable(global)}, which a state dict does not need.`,
      printable(global),
    );
  return { kind: "global", name: global };
}

/** What calling an allowed name with `args` gives. */
export function construct(callee: AllowedGlobal, args: PickleTuple): PickleValue {
  const constructor = Object.hasOwn(CONSTRUCTORS, callee.name) ? CONSTRUCTORS[callee.name] : undefined;
  if (constructor === undefined)
    throw unsafePickle(
      `The pickle calls ${callee.name}, which is not a function of a state dict.`,
      callee.name,
    );
  return constructor(args);
}

/** Names come from the file: cut, and without control characters that could rewrite a terminal. */
function printable(name: string): string {
  return name.slice(0, 200).replaceAll(/[^\u0020-\u007e]/g, "?");
}

function orderedDict({ items }: PickleTuple): PickleValue {
  const dict = new Map<PickleValue, PickleValue>();
  const pairs = items[0];
  if (!Array.isArray(pairs)) return dict;
  for (const pair of pairs) {
    const [key, value] = isTuple(pair) ? pair.items : Array.isArray(pair) ? pair : [];
    if (key === undefined || value === undefined)
      throw unreadable("An OrderedDict of the pickle is malformed.");
    dict.set(key, value);
  }
  return dict;
}

function parameter(data: PickleValue | undefined): PickleValue {
  if (!isTensor(data)) throw unreadable("A parameter of the pickle has no tensor.");
  return data;
}

function tensorReference(items: readonly PickleValue[]): TensorReference {
  const [storage, offset, shape, strides] = items;
  if (!isStorage(storage) || !isNatural(offset) || !isNaturals(shape) || !isNaturals(strides))
    throw unreadable("A tensor of the pickle is malformed.");
  return { kind: "tensor", storage, offset, shape: shape.items, strides: strides.items };
}

function isNatural(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isNaturals(value: PickleValue | undefined): value is { kind: "tuple"; items: readonly number[] } {
  return isTuple(value) && value.items.every(isNatural);
}
