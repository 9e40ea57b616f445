import { grantReadonly } from "@hairline/core/db";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";

interface GrantOptions {
  readonly role: string;
  readonly withKeys?: boolean;
  readonly json?: boolean;
}

export function registerDb(program: Command, context: CliContext): void {
  program
    .command("db")
    .description("administer the database")
    .command("grant-readonly")
    .description(
      "let a role read the views of the schema analyst, and nothing else; makes it when there is none",
    )
    .requiredOption("--role <name>", "the role")
    .option("--with-keys", "also the keys of images, studies and patients (analyst.image_key)")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      "\nA new role has no password. Set one with \\password in psql. docs/DATA-DICTIONARY.md explains the views.",
    )
    .action((options: GrantOptions) => runGrant(context, options));
}

async function runGrant({ openStack, output }: CliContext, options: GrantOptions): Promise<void> {
  const { database } = await openStack();
  const { role, withKeys = false } = options;
  const { created } = await grantReadonly(database, { role, withKeys });
  // Without the owner's name and password.
  const { hostname, port, pathname } = new URL(database.url);
  const server = { host: hostname, port: port === "" ? 5432 : Number(port), database: pathname.slice(1) };
  if (options.json === true) return output.json({ role, created, withKeys, ...server });
  output.line(
    `${role}${created ? ", a new role without a password," : ""} reads the schema analyst` +
      `${withKeys ? " with its keys" : " without its keys"} in ${server.database} at ${server.host}:${server.port}`,
  );
  if (created) output.notice(`set a password with \\password ${role} in psql, as the owner of the database`);
}
