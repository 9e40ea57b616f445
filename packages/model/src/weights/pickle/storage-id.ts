import { unreadable } from "../failure.ts";
import { STORAGE_TYPES } from "./globals.ts";
import { isGlobal, isTuple, type PickleValue, type StorageReference } from "./values.ts";

/**
 * The storage behind torch.save's persistent id `("storage", class, key, location, elements)`. The location
 * (`cuda:0`) is where it lived, which does not matter here. Before PyTorch 1.6 a sixth item could make it a view
 * of another storage; `None` there means the storage itself.
 */
export function storageReference(id: PickleValue): StorageReference {
  const [tag, type, key, , elements, view] = isTuple(id) ? id.items : [];
  if (tag !== "storage" || !isGlobal(type) || typeof key !== "string" || !isElementCount(elements))
    throw unreadable("The pickle has a malformed storage reference.");
  const elementType = STORAGE_TYPES[type.name];
  if (elementType === undefined) throw unreadable(`The pickle has a storage of class ${type.name}.`);
  if (view !== undefined && view !== null)
    throw unreadable("The file keeps storages as views of others, as PyTorch did before 0.4.");
  return { kind: "storage", type: elementType, key, elements };
}

function isElementCount(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
