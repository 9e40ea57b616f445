import { Command } from "commander";
import type { CliContext } from "./context.ts";

/** The `hairline` command line, one file a command under commands/. */
export function createProgram(context: CliContext): Command {
  const program = new Command("hairline")
    .description(
      "Score archives of musculoskeletal radiographs for fracture, with abstention. Research use only.",
    )
    .version("0.1.0")
    .showHelpAfterError("(run with --help for the options)")
    .exitOverride();
  for (const register of COMMANDS) register(program, context);
  return program;
}

const COMMANDS: readonly ((program: Command, context: CliContext) => void)[] = [];
