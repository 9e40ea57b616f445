#!/usr/bin/env node
// In a checkout the TypeScript sources run without a build; a published package carries only dist/.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../src/main.ts", import.meta.url));

if (existsSync(source)) {
  const tsx = import.meta.resolve("tsx");
  const child = spawn(
    process.execPath,
    ["--conditions=development", "--import", tsx, source, ...process.argv.slice(2)],
    { stdio: "inherit" },
  );
  // A terminal sends Ctrl-C to both processes; a supervisor only to this one.
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  process.on("SIGINT", () => {});
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
  });
} else {
  await import("../dist/main.js");
}
