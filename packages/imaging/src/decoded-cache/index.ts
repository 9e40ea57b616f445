export { decodedCacheRoot } from "./cache-root.ts";
export { contentKey, type ContentKey } from "./content-key.ts";
export {
  DecodedCache,
  DEFAULT_MAX_CACHE_BYTES,
  type DecodedCacheOptions,
  type DecodingBasis,
} from "./decoded-cache.ts";
export { clearCache, inspectCache, verifyCache, type CacheCheck, type CacheFolderReport } from "./inspect.ts";
export type { PixelCache, PixelCacheCounts } from "./pixel-cache.ts";
