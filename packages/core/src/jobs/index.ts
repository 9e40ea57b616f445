export {
  defineJob,
  parsePayload,
  type JobDefinition,
  type JobHandler,
  type PayloadOf,
} from "./define-job.ts";
export { planRun, scoreShard, type PlanRun, type ScoreShard } from "./score.ts";
export { runSweep, type RunSweep } from "./sweep.ts";
