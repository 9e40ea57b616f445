import type { Fault } from "../fault.ts";
import { apiKill } from "./api-kill.ts";
import { clockJump } from "./clock-jump.ts";
import { duplicateDelivery } from "./duplicate-delivery.ts";
import { postgresKill, postgresKillWithQueue, postgresRestart } from "./postgres-down.ts";
import { redisKillWithAof, redisKillWithNothing } from "./redis-kill.ts";
import { schedulerKill } from "./scheduler-kill.ts";
import { twoSchedulers } from "./two-schedulers.ts";
import { workerKill } from "./worker-kill.ts";

/** In the order of the table. The undisturbed run is not among them: it is what they are held against. */
export const FAULTS: readonly Fault[] = [
  workerKill,
  schedulerKill,
  apiKill,
  twoSchedulers,
  duplicateDelivery,
  clockJump,
  redisKillWithAof,
  redisKillWithNothing,
  postgresKill,
  postgresKillWithQueue,
  postgresRestart,
];
