export { temporaryFolder, type TemporaryFolder } from "./temporary-folder.ts";
export { createTestDatabase } from "./test-database.ts";
