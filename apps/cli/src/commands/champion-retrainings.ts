import { listRetrainings, type Retraining } from "@hairline/core/retraining";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";

export function registerRetrainings(champion: Command, context: CliContext): void {
  champion
    .command("retrainings")
    .description("the challengers that schedules trained, the latest first, and what became of them")
    .option("--json", "print the result as JSON")
    .action(async ({ json }: { readonly json?: boolean }) => {
      const retrainings = await listRetrainings((await context.openStack()).database);
      if (json === true) return context.output.json(retrainings);
      context.output.table(
        ["id", "dataset", "champion", "challenger", "new labels", "state", "comparison", "opened", "why"],
        retrainings.map((each) => [
          each.id,
          each.dataset,
          each.champion,
          each.challenger,
          each.newLabels,
          each.decision ?? each.state,
          each.comparisonId,
          each.createdAt.toISOString().slice(0, 16).replace("T", " "),
          reasonOf(each),
        ]),
      );
    });
}

function reasonOf({ decision, reasons, errorCode, errorMessage }: Retraining): string | null {
  if (errorCode !== null) return `${errorCode}: ${errorMessage ?? ""}`;
  return decision === "kept" ? reasons.join("; ") : null;
}
