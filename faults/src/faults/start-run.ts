import type { LinkedRole, LinkedRoleOptions, Stage } from "../stage/stage.ts";

export interface RunningRoles {
  readonly scheduler: LinkedRole;
  readonly workers: readonly LinkedRole[];
}

/** A run over the whole archive, a scheduler and workers, one with each of the options given. */
export async function startRun(
  stage: Stage,
  workers: readonly LinkedRoleOptions[] = [{}],
): Promise<RunningRoles> {
  await stage.openRun();
  const [scheduler, ...started] = await Promise.all([
    stage.start("scheduler"),
    ...workers.map((options) => stage.start("worker-gpu", options)),
  ]);
  return { scheduler, workers: started };
}
