import { createRequire } from "node:module";
import { HairlineError } from "@hairline/core/errors";

const require = createRequire(import.meta.url);

/**
 * Version of an installed package, from its manifest: loading native code to ask it takes too long where an event loop
 * has locks to renew.
 *
 * @throws HairlineError ENGINE_UNAVAILABLE when it is not installed
 */
export function packageVersion(name: string): string {
  try {
    return (require(`${name}/package.json`) as { version: string }).version;
  } catch (cause) {
    throw new HairlineError("ENGINE_UNAVAILABLE", `The package ${name} is not installed.`, {
      field: name,
      remedy: "Run npm ci.",
      cause,
    });
  }
}
