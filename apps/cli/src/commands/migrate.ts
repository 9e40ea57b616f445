import type { Command } from "commander";
import type { CliContext } from "../context.ts";

export function registerMigrate(program: Command, context: CliContext): void {
  program
    .command("migrate")
    .description("bring the database's schema up to date (every other command does so too)")
    .action(async () => {
      await context.openStack();
      context.output.line("the schema is up to date");
    });
}
