import { listDatasets } from "@hairline/core/ingest";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";

export function registerDatasets(program: Command, context: CliContext): void {
  program
    .command("datasets")
    .description("list the imported datasets by name")
    .option("--json", "print the result as JSON")
    .action(async (options: { json?: boolean }) => {
      const { output } = context;
      const { database } = await context.openStack();
      const datasets = await listDatasets(database);
      if (options.json === true) return output.json(datasets);
      if (datasets.length === 0) {
        output.notice("No dataset was imported yet. Run `hairline import <path>`.");
        return;
      }
      output.table(
        ["dataset", "layout", "studies", "images", "labelled", "positive", "GB", "root"],
        datasets.map((dataset) => [
          dataset.name,
          dataset.layout,
          dataset.studies,
          dataset.images,
          dataset.labelled,
          dataset.positive,
          Number((dataset.bytes / 1e9).toFixed(3)),
          dataset.root,
        ]),
      );
    });
}
