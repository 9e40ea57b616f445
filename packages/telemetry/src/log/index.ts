export { createRoleLog, type Logger, type RoleLogOptions } from "./role-log.ts";
export { harmlessMessage, loggableError, type LoggableError } from "./loggable-error.ts";
