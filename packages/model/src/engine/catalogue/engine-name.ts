import { HairlineError } from "@hairline/core/errors";

/** Every engine, in the order they are listed. The first is the default and the reference of the others. */
export const ENGINE_NAMES = ["cpu", "webgpu", "cuda", "tensorrt", "tfjs"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export const REFERENCE_ENGINE: EngineName = "cpu";

/** @throws HairlineError BAD_ARGUMENT */
export function parseEngineName(text: string): EngineName {
  const name = ENGINE_NAMES.find((known) => known === text);
  if (name !== undefined) return name;
  throw new HairlineError("BAD_ARGUMENT", `There is no engine named ${JSON.stringify(text)}.`, {
    field: "engine",
    remedy: `Name one of ${ENGINE_NAMES.join(", ")}.`,
  });
}
