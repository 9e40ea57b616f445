export {
  defineJob,
  parsePayload,
  type JobDefinition,
  type JobHandler,
  type PayloadOf,
} from "./define-job.ts";
export { runImport, type RunImport } from "./import.ts";
export { planRun, scoreShard, type PlanRun, type ScoreShard } from "./score.ts";
export { runSweep, type RunSweep } from "./sweep.ts";
export { runTask, type RunTask } from "./task.ts";
export { trainModel, type TrainModel } from "./train.ts";
