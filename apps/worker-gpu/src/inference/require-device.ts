import { HairlineError } from "@hairline/core/errors";
import { probeEngine } from "@hairline/model/engine";
import type { EngineSettings } from "../config.ts";

/**
 * Tries the engine on the GPU it is meant for before any shard is taken: a worker whose device is absent would fail
 * each shard it meets as often as the queue lets it, and with them the run that other workers could finish.
 *
 * @returns the device, such as `cpu` or `cuda:0`
 * @throws HairlineError ENGINE_UNAVAILABLE
 */
export async function requireDevice({ engine, gpu }: EngineSettings): Promise<string> {
  // Comes with the package, and the first batch would tell as soon.
  if (engine === "cpu") return "cpu";
  const { title, available, device, reason, howToInstall } = await probeEngine(engine, { device: gpu });
  if (available) return device ?? engine;
  throw new HairlineError(
    "ENGINE_UNAVAILABLE",
    `${title} cannot run${gpu === undefined ? "" : ` on GPU ${gpu}`}: ${reason}`,
    {
      field: gpu === undefined ? "HAIRLINE_ENGINE" : "HAIRLINE_GPU",
      remedy: `${howToInstall} \`hairline doctor\` lists engines and GPUs.`,
    },
  );
}
