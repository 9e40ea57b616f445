export { checkRollups, type RollupsChecked } from "./check-rollups.ts";
export { nextDue, type Recurrence } from "./cron.ts";
export { fireDueSchedules, type FiredSchedules } from "./fire-due.ts";
export { completeFiring, failFiring, readOpenFirings, startFiring, type StartedFiring } from "./firings.ts";
export { prune, type Pruned } from "./prune.ts";
export {
  FIRING_STATES,
  listSchedules,
  removeSchedule,
  runScheduleNow,
  setSchedule,
  type FiringState,
  type Schedule,
  type ScheduleSettings,
} from "./schedules.ts";
export {
  parseTaskKind,
  parseTaskPayload,
  TASK_KINDS,
  type TaskKind,
  type TaskPayload,
} from "./task-kinds.ts";
