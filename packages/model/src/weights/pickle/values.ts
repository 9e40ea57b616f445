import type { ElementType } from "../tensor.ts";

/** What a pickle on the allow list can hold. Dicts are Maps, lists are arrays. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleTuple
  | AllowedGlobal
  | StorageReference
  | TensorReference
  | Inert;

export interface PickleTuple {
  readonly kind: "tuple";
  readonly items: readonly PickleValue[];
}

/** A name on the allow list. It is only ever compared with other names, never looked up. */
export interface AllowedGlobal {
  readonly kind: "global";
  readonly name: string;
}

/** Flat memory that tensors are views of; its bytes lie elsewhere in the file. */
export interface StorageReference {
  readonly kind: "storage";
  readonly type: ElementType;
  readonly key: string;
  readonly elements: number;
}

/** A strided view of a storage; offset and strides count elements. */
export interface TensorReference {
  readonly kind: "tensor";
  readonly storage: StorageReference;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** A value that a checkpoint may hold but no tensor depends on, such as torch.device or torch.float32. */
export interface Inert {
  readonly kind: "inert";
  readonly name: string;
}

export function isTensor(value: PickleValue | undefined): value is TensorReference {
  return hasKind(value, "tensor");
}

export function isTuple(value: PickleValue | undefined): value is PickleTuple {
  return hasKind(value, "tuple");
}

export function isGlobal(value: PickleValue | undefined): value is AllowedGlobal {
  return hasKind(value, "global");
}

export function isStorage(value: PickleValue | undefined): value is StorageReference {
  return hasKind(value, "storage");
}

function hasKind(value: PickleValue | undefined, kind: string): boolean {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === kind;
}
