export { openFilesystemStore } from "./filesystem.ts";
export {
  DEFAULT_MAX_OBJECT_BYTES,
  requireExpected,
  type GetOptions,
  type ListedObject,
  type ObjectStat,
  type ObjectStore,
} from "./object-store.ts";
