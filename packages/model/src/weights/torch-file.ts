import { findStateDict, stripWrapperPrefixes } from "./checkpoint.ts";
import { unreadable } from "./failure.ts";
import { WEIGHTS_LIMITS } from "./limits.ts";
import type { PickleValue, StorageReference, TensorReference } from "./pickle/values.ts";
import { gatherTensor } from "./strided.ts";
import { ELEMENT_BYTES, elementCount, type StateDict, type Tensor } from "./tensor.ts";

/** What torch.save wrote: the pickled value, and the bytes of the storages it refers to. */
export interface TorchFile {
  readonly value: PickleValue;
  readStorage(storage: StorageReference): Promise<Uint8Array>;
}

/** Reads the tensors of the state dict, and no other: optimizer state in a checkpoint is left alone. */
export async function readStateDict(file: TorchFile): Promise<StateDict> {
  const views = stripWrapperPrefixes(findStateDict(file.value));
  checkTotal(views);
  const tensors = new Map<string, Tensor>();
  for (const { key, members } of byStorage(views)) {
    const [first] = members;
    if (first === undefined) continue;
    const storage = await file.readStorage(first.view.storage);
    const needed = first.view.storage.elements * ELEMENT_BYTES[first.view.storage.type];
    if (storage.length < needed)
      throw unreadable(`Storage ${key} has ${storage.length} of its ${needed} bytes.`);
    for (const { name, view } of members) tensors.set(name, gatherTensor(name, view, storage));
  }
  return new Map([...views.keys()].map((name) => [name, tensors.get(name) as Tensor]));
}

interface StorageGroup {
  readonly key: string;
  readonly members: { readonly name: string; readonly view: TensorReference }[];
}

/** Grouped, so that one storage is held at a time however many tensors share it. */
function byStorage(views: ReadonlyMap<string, TensorReference>): StorageGroup[] {
  const groups = new Map<string, StorageGroup>();
  for (const [name, view] of views) {
    const key = view.storage.key;
    const group = groups.get(key) ?? { key, members: [] };
    if (group.members.some((member) => member.view.storage.type !== view.storage.type))
      throw unreadable(`Storage ${key} is referred to with two element types.`);
    group.members.push({ name, view });
    groups.set(key, group);
  }
  return [...groups.values()];
}

function checkTotal(views: ReadonlyMap<string, TensorReference>): void {
  let total = 0;
  for (const { shape, storage } of views.values())
    total += (elementCount(shape) ?? 0) * ELEMENT_BYTES[storage.type];
  if (total > WEIGHTS_LIMITS.tensorBytes)
    throw unreadable(`The tensors hold ${total} bytes, more than any supported network.`);
}
