import { HairlineError } from "../errors.ts";
import { openObjectStore } from "../storage/index.ts";
import type { FileLookup } from "./image-files.ts";

/**
 * Sizes and times of objects, asked one by one.
 * @param root s3://bucket/prefix
 */
export function storeFiles(root: string): FileLookup {
  const store = openObjectStore(root);
  return {
    async find(objectKey) {
      const stat = await store.stat(objectKey);
      if (stat !== undefined) return stat;
      throw new HairlineError("IMAGE_FILE_MISSING", `${objectKey}: there is no such object`, {
        file: objectKey,
      });
    },
  };
}
