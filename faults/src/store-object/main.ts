import { toHairlineError } from "@hairline/core/errors";
import { openFilesystemStore } from "@hairline/core/storage";

/** A process of its own, since limits on files are a process's. Says "stored", or the code with which it was not. */
async function main(root: string): Promise<string> {
  try {
    await openFilesystemStore(root).put("models/graph", new Uint8Array(1024 * 1024));
    return "stored";
  } catch (error) {
    return toHairlineError(error).code;
  }
}

process.stdout.write(await main(process.argv[2] ?? ""));
