import type { Command } from "commander";
import type { CliContext } from "../context.ts";

interface RunRow {
  id: string;
  dataset: string;
  model: string;
  state: string;
  planned: number;
  already_scored: number;
  created_at: Date;
}

export function registerRuns(program: Command, context: CliContext): void {
  program
    .command("runs")
    .description("list scoring runs, newest first")
    .option("--json", "print the result as JSON")
    .action(async (options: { json?: boolean }) => {
      const { database } = await context.openStack();
      const { rows } = await database.pool.query<RunRow>(
        `select run.id, dataset.name as dataset, model.name as model, run.state, run.planned, run.already_scored,
                run.created_at
         from run join dataset on dataset.id = run.dataset_id join model on model.id = run.model_id
         order by run.created_at desc, run.id
         limit 100`,
      );
      if (options.json === true) return context.output.json(rows);
      context.output.table(
        ["run", "dataset", "model", "state", "planned", "started"],
        rows.map((row) => [
          row.id,
          row.dataset,
          row.model,
          row.state,
          row.planned,
          row.created_at.toISOString(),
        ]),
      );
    });
}
