import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

import { ROOT } from "./compose/compose-file.ts";

const BUILT = ["apps/api", "apps/cli", "apps/scheduler", "apps/worker-gpu"];

/** Builds the roles where that was not done yet; turbo has done so when the tests run under it. */
export default function buildRoles(): void {
  if (BUILT.every((app) => existsSync(`${ROOT}${app}/dist/main.js`))) return;
  execFileSync("npm", ["run", "build"], { cwd: ROOT, stdio: "inherit" });
}
