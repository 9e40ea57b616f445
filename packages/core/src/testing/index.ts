export { startHttpFaults, type HttpFault, type HttpFaults, type SeenRequest } from "./http-faults.ts";
export { startRedis, type RedisOptions, type TestRedis } from "./redis.ts";
export { startS3, type TestS3 } from "./s3.ts";
export { softwareVulkan, type SoftwareVulkan } from "./software-vulkan.ts";
export { temporaryFolder, type TemporaryFolder } from "./temporary-folder.ts";
export { createTestDatabase } from "./test-database.ts";
export { default as prepareTestHome } from "./vitest-global-setup.ts";
