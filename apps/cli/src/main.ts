import { asDatabaseFailure } from "@hairline/core/db";
import { HairlineError, toHairlineError } from "@hairline/core/errors";
import { CommanderError } from "commander";
import { loadConfig } from "./config.ts";
import type { CliContext } from "./context.ts";
import { exitCodeOf } from "./exit-code.ts";
import { createOutput } from "./output.ts";
import { createProgram } from "./program.ts";
import { openStack, type OpenedStack } from "./stack.ts";

async function main(): Promise<number> {
  const interruption = new AbortController();
  const interrupt = () => {
    if (interruption.signal.aborted) process.exit(130);
    interruption.abort(
      new HairlineError("INTERRUPTED", "Stopped by a signal.", { remedy: "Run it again to resume." }),
    );
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  // A reader that has had enough, such as head, closes the pipe: stop quietly, but close the servers.
  let readerGone = false;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    readerGone = true;
    interruption.abort(error);
  });

  let output = createOutput(process, { color: true });
  let stack: Promise<OpenedStack> | undefined;
  try {
    const config = loadConfig(process.env);
    output = createOutput(process, config);
    const context: CliContext = {
      config,
      output,
      signal: interruption.signal,
      openStack: () => (stack ??= openStack(config)),
    };
    await createProgram(context).parseAsync();
    return 0;
  } catch (error) {
    if (readerGone) return 0;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const failure = interruption.signal.aborted ? interruption.signal.reason : asDatabaseFailure(error);
    const coded = toHairlineError(failure);
    output.error(coded);
    return exitCodeOf(coded);
  } finally {
    await stack?.then(
      (opened) => opened.close(),
      () => {},
    );
  }
}

process.exitCode = await main();
