import { HairlineError } from "@hairline/core/errors";
import { ENGINES, parseEngineName, REFERENCE_ENGINE } from "@hairline/model/engine";
import { InvalidArgumentError } from "commander";

/** Workers to start on this host. */
export interface LocalWorkers {
  readonly count: number;
  /** One for each worker; absent when workers take the engine's first. */
  readonly gpus?: readonly number[];
}

/** Of the most GPUs an environment may name; see HAIRLINE_GPU. */
const LAST_GPU = 1023;

/** "0,1": numbers of GPUs, none twice. @throws InvalidArgumentError */
export function parseDevices(text: string): number[] {
  const gpus = text.split(",").map((number) => (/^\d{1,4}$/.test(number) ? Number(number) : Number.NaN));
  if (gpus.some((gpu) => !(gpu <= LAST_GPU)))
    throw new InvalidArgumentError("Give numbers of GPUs, from 0, separated by commas: 0,1.");
  if (new Set(gpus).size < gpus.length)
    throw new InvalidArgumentError("A GPU is named twice: it has one worker.");
  return gpus;
}

/**
 * What `--workers` and `--devices` ask for; one worker when neither is given.
 * @throws HairlineError BAD_ARGUMENT for both, or for GPUs that the engine named cannot be told to use
 */
export function chooseLocalWorkers(
  { workers, devices }: { readonly workers?: number; readonly devices?: readonly number[] },
  environment: NodeJS.ProcessEnv,
): LocalWorkers {
  if (devices === undefined) return { count: workers ?? 1 };
  if (workers !== undefined)
    throw new HairlineError("BAD_ARGUMENT", "--devices starts one worker for each GPU named.", {
      field: "--workers",
      remedy: "Give --devices or --workers.",
    });
  const engine = parseEngineName(environment["HAIRLINE_ENGINE"] ?? REFERENCE_ENGINE);
  if (!ENGINES[engine].choosesGpu)
    throw new HairlineError("BAD_ARGUMENT", `${ENGINES[engine].title} cannot be told which GPU to use.`, {
      field: "--devices",
      remedy: "Set HAIRLINE_ENGINE to cuda or tensorrt, or leave --devices out.",
    });
  return { count: devices.length, gpus: devices };
}

/** Decodes need libuv's pool, whose size is fixed before a process can set it for itself; 4 is libuv's own. */
const LEAST_POOL = 4;

/**
 * The environment of each worker: the host's cores divided among them, since each plans for all that it is given, and
 * its GPU. What the given environment sets goes to every worker unchanged, but for the GPU.
 */
export function workerEnvironments(
  { count, gpus }: LocalWorkers,
  { cores, environment }: { readonly cores: number; readonly environment: NodeJS.ProcessEnv },
): NodeJS.ProcessEnv[] {
  return Array.from({ length: count }, (_, index) => {
    const share = Math.max(1, Math.floor(cores / count) + (index < cores % count ? 1 : 0));
    const given = chosen(environment["HAIRLINE_CORES"]);
    const decoders = chosen(environment["HAIRLINE_DECODE_THREADS"]);
    const pool = Math.max(LEAST_POOL, Number(given ?? share) || 0, Number(decoders ?? 0) || 0);
    const gpu = gpus?.[index];
    return {
      UV_THREADPOOL_SIZE: String(pool),
      ...environment,
      HAIRLINE_CORES: given ?? String(share),
      ...(gpu === undefined ? {} : { HAIRLINE_GPU: String(gpu) }),
    };
  });
}

/** "auto" leaves the choice to whoever makes it, as absence does. */
function chosen(value: string | undefined): string | undefined {
  return value === "auto" ? undefined : value;
}
