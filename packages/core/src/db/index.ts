export { openDatabase, type Database, type DatabaseOptions } from "./connection.ts";
export {
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from "./embedded/start.ts";
export { loadSql } from "./load-sql.ts";
export { migrate } from "./migrate.ts";
export { inTransaction } from "./transaction.ts";
