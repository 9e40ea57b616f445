export { ownBytes } from "./own-bytes.ts";
export type { LossReason } from "./pool-thread.ts";
export { serveRequests, type Answer } from "./serve-requests.ts";
export { ThreadPool, type TaskOptions, type ThreadPoolOptions } from "./thread-pool.ts";
export { threadUrl } from "./thread-url.ts";
