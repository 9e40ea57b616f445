export { startDueStudies, type StudyRun } from "./start-due.ts";
export {
  completeStudy,
  DEFAULT_QUIET_MS,
  touchStudy,
  type Queryable,
  type StudyTouch,
} from "./study-timer.ts";
