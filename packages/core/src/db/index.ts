export { openDatabase, type Database, type DatabaseOptions } from "./connection.ts";
export { asDatabaseFailure } from "./database-failure.ts";
export {
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
  stopEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from "./embedded/start.ts";
export { grantReadonly, type ReadonlyGrant } from "./grant-readonly.ts";
export { loadSql } from "./load-sql.ts";
export { migrate } from "./migrate.ts";
export { streamRows, type RowStream } from "./stream-rows.ts";
export { inTransaction } from "./transaction.ts";
