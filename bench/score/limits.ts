import { TimedChild } from "./child.ts";

const BATCH_SIZE = 32;
/** Images for a forward measurement: about two seconds on four cores. */
const FORWARD_IMAGES = 512;

/** Reads, decodes and resizes the files with every core and nothing else to do. @returns images per second */
export async function measureDecode(files: readonly string[], cores: number): Promise<number> {
  const children = Array.from({ length: cores }, () => {
    return new TimedChild<{ files: readonly string[] }>("./decode-child.ts", null);
  });
  return await timeTogether(children, (index) => ({
    task: { files: files.filter((_, position) => position % cores === index) },
    warmUp: { files: files.slice(0, 8) },
    total: files.length,
  }));
}

/**
 * Runs the network on pixels already in memory with every core and nothing else to do.
 * @returns images per second, the better of one session on all cores and one session a core
 */
export async function measureForward(cores: number): Promise<number> {
  const together = await forwardRate({ sessions: 1, threads: cores });
  const apart = cores === 1 ? together : await forwardRate({ sessions: cores, threads: 1 });
  return Math.max(together, apart);
}

async function forwardRate({ sessions, threads }: { sessions: number; threads: number }): Promise<number> {
  const children = Array.from({ length: sessions }, () => {
    return new TimedChild<{ images: number }>("./forward-child.ts", { threads, batchSize: BATCH_SIZE });
  });
  const share = Math.ceil(FORWARD_IMAGES / sessions / BATCH_SIZE) * BATCH_SIZE;
  return await timeTogether(children, () => ({
    task: { images: share },
    warmUp: { images: BATCH_SIZE },
    total: share * sessions,
  }));
}

interface Portion<Task> {
  readonly task: Task;
  readonly warmUp: Task;
  /** Images of all children together. */
  readonly total: number;
}

/** Starts all children at once; the slowest one decides. */
async function timeTogether<Task>(
  children: readonly TimedChild<Task>[],
  portionOf: (index: number) => Portion<Task>,
): Promise<number> {
  try {
    await Promise.all(children.map((child) => child.ready()));
    await Promise.all(children.map((child, index) => child.run(portionOf(index).warmUp)));
    const seconds = await Promise.all(children.map((child, index) => child.run(portionOf(index).task)));
    return portionOf(0).total / Math.max(...seconds);
  } finally {
    for (const child of children) child[Symbol.dispose]();
  }
}
