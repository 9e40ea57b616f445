import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { z } from "zod";
import type { RunProgress } from "../schemas/run.ts";

type WatchedRun = z.output<typeof RunProgress>;

export interface RunWatch {
  readonly read: () => Promise<WatchedRun>;
  /** The last event the client has seen: what it says is not sent again. */
  readonly lastEventId: string | undefined;
  readonly signal: AbortSignal;
  readonly intervalMs: number;
  readonly heartbeatMs: number;
}

/** Writes a run's progress whenever it changes, until the run ends or the signal aborts. */
export async function watchRun(stream: ServerResponse, watch: RunWatch): Promise<void> {
  const { signal, intervalMs, heartbeatMs } = watch;
  let seen = watch.lastEventId;
  let spoke = performance.now();
  await write(stream, `retry: ${intervalMs * 3}\n\n`, signal);
  while (!signal.aborted) {
    const progress = await watch.read();
    const id = eventId(progress);
    const ended = progress.state !== "planning" && progress.state !== "running";
    if (id !== seen) await write(stream, eventText({ id, name: "progress", data: progress }), signal);
    else if (performance.now() - spoke >= heartbeatMs) await write(stream, ": alive\n\n", signal);
    if (id !== seen || performance.now() - spoke >= heartbeatMs) spoke = performance.now();
    seen = id;
    if (ended) return write(stream, eventText({ id, name: "end", data: { state: progress.state } }), signal);
    await wait(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Equal for equal progress, so that a client which connects again is told only what is new. */
function eventId(progress: WatchedRun): string {
  const { state, priority, pausedAt, planned, scored, quarantined, deleted, shardsDone } = progress;
  return [state, priority, pausedAt?.getTime() ?? 0, planned, scored, quarantined, deleted, shardsDone].join(
    ".",
  );
}

function eventText({ id, name, data }: { id: string; name: string; data: object }): string {
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Waits for a slow reader, so that nothing piles up for it. */
async function write(stream: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted || stream.write(text)) return;
  await once(stream, "drain", { signal }).catch(() => undefined);
}
