import type { Fault } from "../fault.ts";
import { apiKill } from "./api-kill.ts";
import { apiCuts, apiSlow } from "./api-network.ts";
import { clockJump } from "./clock-jump.ts";
import { diskFull } from "./disk-full.ts";
import { duplicateDelivery } from "./duplicate-delivery.ts";
import { networkCutEverywhere, networkCuts } from "./network-cut.ts";
import { silentPostgres, silentRedis } from "./network-silence.ts";
import { slowLinkEverywhere, slowLinks } from "./network-slow.ts";
import { poisonImages } from "./poison-images.ts";
import { postgresKill, postgresKillWithQueue, postgresRestart } from "./postgres-down.ts";
import { redisKillWithAof, redisKillWithNothing } from "./redis-kill.ts";
import { s3Errors, s3Truncated } from "./s3-faults.ts";
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
  ...networkCuts,
  ...apiCuts,
  networkCutEverywhere,
  ...slowLinks,
  ...apiSlow,
  slowLinkEverywhere,
  silentPostgres,
  silentRedis,
  diskFull,
  s3Errors,
  s3Truncated,
  poisonImages,
];
