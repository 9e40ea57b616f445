import { listRuns } from "@hairline/core/runs";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";

export function registerRuns(program: Command, context: CliContext): void {
  program
    .command("runs")
    .description("list the latest scoring runs, newest first")
    .option("--json", "print the result as JSON")
    .action(async (options: { json?: boolean }) => {
      const { database } = await context.openStack();
      const runs = await listRuns(database);
      if (options.json === true) return context.output.json(runs);
      context.output.table(
        ["run", "dataset", "model", "state", "planned", "started"],
        runs.map(({ runId, dataset, model, state, planned, createdAt }) => {
          return [runId, dataset, model, state, planned, createdAt.toISOString()];
        }),
      );
    });
}
