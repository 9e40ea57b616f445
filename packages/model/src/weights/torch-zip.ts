import { unreadable } from "./failure.ts";
import { WEIGHTS_LIMITS } from "./limits.ts";
import { ByteCursor } from "./pickle/cursor.ts";
import { readPickle } from "./pickle/read-pickle.ts";
import { storageReference } from "./pickle/storage-id.ts";
import type { TorchFile } from "./torch-file.ts";
import { openZipArchive } from "./zip-archive.ts";

const PICKLE = "data.pkl";

/**
 * PyTorch's file format since 1.6: a zip of `<root>/data.pkl`, which refers to `<root>/data/<key>`.
 *
 * @throws HairlineError WEIGHTS_UNREADABLE or WEIGHTS_UNSAFE_PICKLE
 */
export async function openTorchZip(file: Uint8Array): Promise<TorchFile> {
  const zip = await openZipArchive(file);
  const pickle = zip.names.find((name) => name === PICKLE || name.endsWith(`/${PICKLE}`));
  if (pickle === undefined)
    throw unreadable(`The zip archive has no ${PICKLE}; it was not written by torch.save.`);
  const root = pickle.slice(0, -PICKLE.length);
  if (zip.names.includes(`${root}byteorder`)) {
    const order = (await zip.read(`${root}byteorder`, 16)).toString("latin1");
    if (order !== "little") throw unreadable("The weights are big-endian, which is not supported.");
  }
  const value = readPickle(
    new ByteCursor(await zip.read(pickle, WEIGHTS_LIMITS.pickleBytes)),
    storageReference,
  );
  return { value, readStorage: ({ key }) => zip.read(`${root}data/${key}`, WEIGHTS_LIMITS.tensorBytes) };
}
