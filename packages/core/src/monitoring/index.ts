export {
  readArchiveState,
  type ArchiveState,
  type PolicyInForce,
  type ScheduleState,
  type WorkersState,
} from "./archive-state.ts";
export { MONITORED_QUEUES, readQueueState, type QueueState } from "./queue-state.ts";
