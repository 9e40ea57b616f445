import { HairlineError } from "@hairline/core/errors";
import type * as TfjsCore from "@tensorflow/tfjs-core";

export type Tfjs = typeof TfjsCore;

/** TensorFlow.js and the backend it computes on. */
export interface TfjsBackend {
  readonly tf: Tfjs;
  /** Of tfjs-core. */
  readonly version: string;
  /** `tensorflow-gpu`, `tensorflow-cpu` or `wasm`. */
  readonly device: string;
  /** Why better backends that are installed were passed over. */
  readonly passedOver: readonly string[];
}

/** Optional peers with native code, best first: each is tfjs-core with libtensorflow underneath. */
const NATIVE_PACKAGES = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"] as const;

let loaded: Promise<TfjsBackend> | undefined;

/**
 * The best backend that is installed and loads: tfjs-node-gpu, else tfjs-node, else WebAssembly. A process has one.
 *
 * @throws HairlineError ENGINE_UNAVAILABLE when not even WebAssembly runs
 */
export function loadTfjs(): Promise<TfjsBackend> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<TfjsBackend> {
  const passedOver: string[] = [];
  for (const name of NATIVE_PACKAGES) {
    try {
      return { ...(await loadNative(name)), passedOver };
    } catch (error) {
      if (!isNotInstalled(error, name)) passedOver.push(`${name}: ${firstLine(error)}`);
    }
  }
  return { ...(await loadWasm()), passedOver };
}

async function loadNative(name: string): Promise<Omit<TfjsBackend, "passedOver">> {
  const tf = unwrapped((await import(name)) as object);
  await tf.setBackend("tensorflow");
  const { isUsingGpuDevice } = tf.backend() as { isUsingGpuDevice?: boolean };
  const device = isUsingGpuDevice === true ? "tensorflow-gpu" : "tensorflow-cpu";
  return { tf, version: tf.version_core, device };
}

async function loadWasm(): Promise<Omit<TfjsBackend, "passedOver">> {
  try {
    const tf = unwrapped(await import("@tensorflow/tfjs-core"));
    await import("@tensorflow/tfjs-backend-wasm");
    if (!(await keepingListeners(() => tf.setBackend("wasm"))))
      throw new Error("the wasm backend did not start");
    return { tf, version: tf.version_core, device: "wasm" };
  } catch (error) {
    throw new HairlineError("ENGINE_UNAVAILABLE", `TensorFlow.js does not run here: ${firstLine(error)}`, {
      field: "tfjs",
      remedy: "Run npm ci again; `hairline doctor` shows the backends.",
      cause: error,
    });
  }
}

/** The packages are CommonJS: not every name is seen by `import`. */
function unwrapped(module: object): Tfjs {
  return ("default" in module ? module.default : module) as Tfjs;
}

/** The WebAssembly module's glue ends the process on any rejection that nobody handles: such hooks are the program's own. */
async function keepingListeners<T>(start: () => Promise<T>): Promise<T> {
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = new Map(events.map((event) => [event, new Set(process.listeners(event as "exit"))]));
  try {
    return await start();
  } finally {
    for (const event of events)
      for (const listener of process.listeners(event as "exit"))
        if (before.get(event)?.has(listener) === false) process.off(event, listener);
  }
}

function isNotInstalled(error: unknown, name: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${name}'`);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]?.slice(0, 300) ?? "";
}
