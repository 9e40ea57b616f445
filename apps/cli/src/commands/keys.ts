import {
  apiKeyState,
  createApiKey,
  listApiKeys,
  revokeApiKey,
  SCOPES,
  type ApiKey,
  type Scope,
} from "@hairline/core/access";
import { InvalidArgumentError, Option, type Command } from "commander";
import { authorOf } from "../author.ts";
import type { CliContext } from "../context.ts";

interface JsonOption {
  readonly json?: boolean;
}

export function registerKeys(program: Command, context: CliContext): void {
  const keys = program.command("keys").description("make, list and revoke keys of the HTTP API");
  registerCreate(keys, context);
  registerList(keys, context);
  registerRevoke(keys, context);
}

interface CreateOptions extends JsonOption {
  readonly name: string;
  readonly scope: readonly Scope[];
  readonly expires?: Date;
}

function registerCreate(keys: Command, context: CliContext): void {
  keys
    .command("create")
    .description("make a key and show it, this once")
    .requiredOption("--name <name>", "who or what holds it; the audit log has this name")
    .addOption(
      new Option("--scope <scope...>", "what it may do; score and review include read, admin everything")
        .choices(SCOPES)
        .makeOptionMandatory(),
    )
    .option("--expires <when>", "a date, or a time from now such as 90d or 12h (default: never)", parseExpiry)
    .option("--json", "print the result as JSON")
    .action(async ({ name, scope, expires, json }: CreateOptions) => {
      const { database } = await context.openStack();
      const { key, ...created } = await createApiKey(database, {
        name,
        scopes: scope,
        expiresAt: expires,
        by: authorOf({}),
      });
      if (json === true) return context.output.json({ ...keyJson(created), key });
      context.output.line(key);
      context.output.notice(
        `the key ${name} (${created.scopes.join(", ")}) is shown only now: keep it where secrets are kept`,
      );
    });
}

function registerList(keys: Command, context: CliContext): void {
  keys
    .command("list")
    .description("list the keys, revoked ones included; their secrets are not stored")
    .option("--json", "print the result as JSON")
    .action(async ({ json }: JsonOption) => {
      const { database } = await context.openStack();
      const stored = await listApiKeys(database);
      if (json === true) return context.output.json(stored.map(keyJson));
      context.output.table(
        ["key", "prefix", "state", "scopes", "created", "expires", "last used"],
        stored.map((key) => [
          key.name,
          key.prefix,
          apiKeyState(key),
          key.scopes.join(", "),
          minute(key.createdAt),
          minute(key.expiresAt),
          minute(key.lastUsedAt),
        ]),
      );
    });
}

function registerRevoke(keys: Command, context: CliContext): void {
  keys
    .command("revoke")
    .description("end a key at once and for good")
    .argument("<name>", "as given when it was made")
    .option("--json", "print the result as JSON")
    .action(async (name: string, { json }: JsonOption) => {
      const { database } = await context.openStack();
      const revoked = await revokeApiKey(database, { name, by: authorOf({}) });
      if (json === true) return context.output.json(keyJson(revoked));
      context.output.line(`${name} is revoked`);
    });
}

function keyJson(key: ApiKey): ApiKey & { readonly state: string } {
  return { ...key, state: apiKeyState(key) };
}

function minute(time: Date | null): string | null {
  return time === null ? null : time.toISOString().slice(0, 16).replace("T", " ");
}

const HOURS = { h: 1, d: 24, w: 168 } as const;

function parseExpiry(text: string): Date {
  const [, count, unit] = /^([1-9]\d{0,4})([hdw])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined)
    return new Date(Date.now() + Number(count) * HOURS[unit as keyof typeof HOURS] * 3_600_000);
  const date = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? new Date(text) : undefined;
  if (date !== undefined && !Number.isNaN(date.getTime())) return date;
  throw new InvalidArgumentError("expected a date such as 2027-01-31, or a time from now such as 90d.");
}
