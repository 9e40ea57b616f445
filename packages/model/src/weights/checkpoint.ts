import { HairlineError } from "@hairline/core/errors";
import { unreadable } from "./failure.ts";
import { isTensor, type PickleValue, type TensorReference } from "./pickle/values.ts";

/** Where training scripts put the state dict in a checkpoint, in order of preference. */
const STATE_DICT_KEYS = [
  "state_dict",
  "model_state_dict",
  "model_state",
  "model",
  "net",
  "network",
  "weights",
];

/** Wrappers that put one prefix on every name: DataParallel, torch.compile, Lightning modules. */
const WRAPPER_PREFIXES = ["module.", "_orig_mod.", "model.", "net.", "network."];

const MAX_NESTING = 4;

/**
 * The state dict in what a `.pt` file holds: the root itself, or under one of the customary keys of a checkpoint.
 *
 * @throws HairlineError WEIGHTS_UNREADABLE when there is none; WEIGHTS_TENSOR_UNEXPECTED when an entry is no tensor
 */
export function findStateDict(root: PickleValue): ReadonlyMap<string, TensorReference> {
  let candidate = root;
  for (let depth = 0; depth < MAX_NESTING; depth += 1) {
    if (!(candidate instanceof Map)) break;
    const nested = nestedDict(candidate);
    if (nested === undefined) return tensorsOf(candidate);
    candidate = nested;
  }
  throw unreadable("The file holds no state dict.");
}

/** The same tensors without the prefixes that wrappers put on every name. */
export function stripWrapperPrefixes<T>(tensors: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  let names = [...tensors.keys()];
  for (let pass = 0; pass < MAX_NESTING; pass += 1) {
    const prefix = WRAPPER_PREFIXES.find((wrapper) => names.every((name) => name.startsWith(wrapper)));
    if (prefix === undefined || names.length === 0) break;
    names = names.map((name) => name.slice(prefix.length));
  }
  return new Map([...tensors.values()].map((tensor, index) => [names[index] ?? "", tensor]));
}

function nestedDict(dict: ReadonlyMap<PickleValue, PickleValue>): PickleValue | undefined {
  return STATE_DICT_KEYS.map((key) => dict.get(key)).find((value) => value instanceof Map && value.size > 0);
}

function tensorsOf(dict: ReadonlyMap<PickleValue, PickleValue>): ReadonlyMap<string, TensorReference> {
  const tensors = new Map<string, TensorReference>();
  const others: string[] = [];
  for (const [key, value] of dict) {
    if (typeof key === "string" && isTensor(value)) tensors.set(key, value);
    else others.push(typeof key === "string" ? key : `(${typeof key})`);
  }
  if (tensors.size === 0)
    throw unreadable(`The file holds no state dict, only: ${others.slice(0, 5).join(", ")}.`);
  if (others.length > 0)
    throw new HairlineError("WEIGHTS_TENSOR_UNEXPECTED", `The entry ${others[0]} is not a tensor.`, {
      field: others.slice(0, 5).join(", "),
      remedy: "Save the state dict by itself, or under the key state_dict.",
    });
  return tensors;
}
