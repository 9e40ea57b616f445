import { cancelSweep, listSweeps, readSweepRow, type StoredSweep } from "@hairline/core/sweeps";
import { configCount } from "@hairline/core/triage";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import type { Cell } from "../output.ts";
import { resolveScale } from "../policy-options.ts";
import { readEvaluated } from "../stored-sweep.ts";
import { addShownOptions, showSweep, type ShownOptions } from "../sweep-output.ts";

export function registerSweeps(program: Command, context: CliContext): void {
  const sweeps = program
    .command("sweeps")
    .description("list the latest stored sweeps, newest first")
    .option("--json", "print the result as JSON")
    .action((options: { json?: boolean }) => runList(context, options));
  addShownOptions(sweeps.command("show"))
    .argument("<sweep>", "its id")
    .description("show a stored sweep")
    .option("--json", "print the result as JSON")
    .action((sweepId: string, _options: unknown, command: Command) =>
      runShow(context, sweepId, command.optsWithGlobals<ShownOptions>()),
    );
  sweeps
    .command("cancel")
    .argument("<sweep>", "its id")
    .description("cancel a sweep that waits or runs")
    .action((sweepId: string, _options: unknown, command: Command) =>
      runCancel(context, sweepId, command.optsWithGlobals<{ json?: boolean }>()),
    );
}

async function runList({ openStack, output }: CliContext, { json }: { json?: boolean }): Promise<void> {
  const { database } = await openStack();
  const stored = await listSweeps(database.pool);
  if (json === true) return output.json(stored.map(sweepJson));
  output.table(
    ["sweep", "dataset", "model", "level", "configs", "state", "source", "created"],
    stored.map(sweepCells),
  );
}

function sweepCells({ sweepId, scope, level, grid, state, source, createdAt }: StoredSweep): Cell[] {
  const { dataset, model } = scope;
  return [sweepId, dataset, model, level, configCount(grid), state, source, createdAt.toISOString()];
}

function sweepJson(stored: StoredSweep) {
  const { dataset, model } = stored.scope;
  const named = { ...stored, dataset, model, configCount: configCount(stored.grid) };
  // The database's own numbers, of no use outside it.
  return { ...named, scope: undefined, datasetId: undefined, modelId: undefined, calibratorId: undefined };
}

async function runShow(context: CliContext, sweepId: string, options: ShownOptions): Promise<void> {
  const { database } = await context.openStack();
  const stored = await readSweepRow(database.pool, sweepId);
  const calibrator = stored.calibrator ?? undefined;
  const scale = await resolveScale(database, calibrator === undefined ? {} : { calibrator });
  const evaluated = await readEvaluated(database, stored, true);
  await showSweep(context, { ...evaluated, scale, level: stored.level }, options);
}

async function runCancel(
  { openStack, output }: CliContext,
  sweepId: string,
  { json }: { json?: boolean },
): Promise<void> {
  const { database } = await openStack();
  const cancelled = await cancelSweep(database, sweepId);
  const { state } = await readSweepRow(database.pool, sweepId);
  if (json === true) return output.json({ sweepId, cancelled, state });
  output.line(
    cancelled ? `sweep ${sweepId} is cancelled` : `sweep ${sweepId} had ended already: it is ${state}`,
  );
}
