import { unreadable } from "./failure.ts";
import { ByteCursor } from "./pickle/cursor.ts";
import { readPickle } from "./pickle/read-pickle.ts";
import { storageReference } from "./pickle/storage-id.ts";
import type { PickleValue, StorageReference } from "./pickle/values.ts";
import { ELEMENT_BYTES } from "./tensor.ts";
import type { TorchFile } from "./torch-file.ts";

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;

/** PROTO 2, then the magic number as LONG1 of ten bytes. */
export function looksLikeTorchLegacy(file: Uint8Array): boolean {
  return file[0] === 0x80 && file[2] === 0x8a && file[3] === 0x0a;
}

/**
 * PyTorch's file format before 1.6: pickles of magic number, version, system, value and storage keys, then for each
 * key its element count (int64) and elements.
 *
 * @throws HairlineError WEIGHTS_UNREADABLE or WEIGHTS_UNSAFE_PICKLE
 */
export function openTorchLegacy(file: Uint8Array): TorchFile {
  const cursor = new ByteCursor(file);
  if (readPickle(cursor) !== MAGIC) throw unreadable("The file does not begin with PyTorch's magic number.");
  if (readPickle(cursor) !== PROTOCOL_VERSION) throw unreadable("The file is of an unknown PyTorch version.");
  const system = readPickle(cursor);
  if (!(system instanceof Map) || system.get("little_endian") !== true)
    throw unreadable("The weights are big-endian, which is not supported.");
  const storages = new Map<string, StorageReference>();
  const value = readPickle(cursor, (id) => {
    const storage = storageReference(id);
    storages.set(storage.key, storage);
    return storage;
  });
  const bytes = readStorages(cursor, storages);
  return {
    value,
    readStorage: ({ key }) => {
      const storage = bytes.get(key);
      if (storage === undefined) throw unreadable(`The file has no storage ${key}.`);
      return Promise.resolve(storage);
    },
  };
}

function readStorages(
  cursor: ByteCursor,
  storages: ReadonlyMap<string, StorageReference>,
): Map<string, Uint8Array> {
  const bytes = new Map<string, Uint8Array>();
  for (const key of storageKeys(readPickle(cursor))) {
    const storage = storages.get(key);
    if (storage === undefined) throw unreadable(`The file has a storage ${key} that no tensor uses.`);
    const elements = cursor.uint64();
    if (elements !== storage.elements)
      throw unreadable(`Storage ${key} has another size than its tensors say.`);
    bytes.set(key, cursor.take(elements * ELEMENT_BYTES[storage.type]));
  }
  return bytes;
}

function storageKeys(value: PickleValue): string[] {
  if (!Array.isArray(value) || !value.every((key) => typeof key === "string"))
    throw unreadable("The file has no list of storages.");
  return value;
}
