import { Command } from "commander";
import { registerCache } from "./commands/cache.ts";
import { registerCalibrate } from "./commands/calibrate.ts";
import { registerCalibration } from "./commands/calibration.ts";
import { registerChampion } from "./commands/champion.ts";
import { registerDatasets } from "./commands/datasets.ts";
import { registerDemo } from "./commands/demo.ts";
import { registerDeadLetters } from "./commands/dead-letters.ts";
import { registerDb } from "./commands/db.ts";
import { registerDoctor } from "./commands/doctor.ts";
import { registerDrift } from "./commands/drift.ts";
import { registerExport } from "./commands/export.ts";
import { registerForecast } from "./commands/forecast.ts";
import { registerGates } from "./commands/gates.ts";
import { registerImport } from "./commands/import.ts";
import { registerLocalisation } from "./commands/localisation.ts";
import { registerMetrics } from "./commands/metrics.ts";
import { registerMigrate } from "./commands/migrate.ts";
import { registerModel } from "./commands/model.ts";
import { registerPolicy } from "./commands/policy.ts";
import { registerPredictions } from "./commands/predictions.ts";
import { registerReport } from "./commands/report.ts";
import { registerRuns } from "./commands/runs.ts";
import { registerSchedules } from "./commands/schedules.ts";
import { registerScore } from "./commands/score.ts";
import { registerStudies } from "./commands/studies.ts";
import { registerRollup } from "./commands/rollup.ts";
import { registerSweep } from "./commands/sweep.ts";
import { registerSweeps } from "./commands/sweeps.ts";
import { registerTrain } from "./commands/train.ts";
import { registerTrainings } from "./commands/trainings.ts";
import { registerTriage } from "./commands/triage.ts";
import { registerWorkers } from "./commands/workers.ts";
import { registerKeys } from "./commands/keys.ts";
import { registerServe } from "./commands/serve.ts";
import { registerUp } from "./commands/up.ts";
import { registerUpload } from "./commands/upload.ts";
import { registerWorklist } from "./commands/worklist.ts";
import type { CliContext } from "./context.ts";
import { VERSION } from "@hairline/core/version";

/** In the order `--help` lists them: the order a newcomer needs them in. */
const COMMANDS: readonly ((program: Command, context: CliContext) => void)[] = [
  registerDemo,
  registerUp,
  registerImport,
  registerUpload,
  registerDatasets,
  registerModel,
  registerScore,
  registerForecast,
  registerPredictions,
  registerTriage,
  registerSweep,
  registerSweeps,
  registerMetrics,
  registerGates,
  registerStudies,
  registerLocalisation,
  registerExport,
  registerCalibrate,
  registerCalibration,
  registerPolicy,
  registerChampion,
  registerDrift,
  registerWorklist,
  registerReport,
  registerTrain,
  registerTrainings,
  registerRuns,
  registerDeadLetters,
  registerSchedules,
  registerWorkers,
  registerServe,
  registerKeys,
  registerMigrate,
  registerRollup,
  registerDb,
  registerCache,
  registerDoctor,
];

/** The `hairline` command line, one file a command under commands/. */
export function createProgram(context: CliContext): Command {
  const program = new Command("hairline")
    .description(
      "Score archives of musculoskeletal radiographs for fracture, with abstention. Research use only.",
    )
    .version(VERSION)
    .showHelpAfterError("(run with --help for the options)")
    .exitOverride();
  for (const register of COMMANDS) register(program, context);
  return program;
}
