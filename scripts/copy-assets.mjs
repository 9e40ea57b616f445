// tsc emits only JavaScript: copy the files that are read at run time (SQL, HTML, CSS, weights) beside it.
import { cpSync, readdirSync } from "node:fs";
import { extname, join } from "node:path";

const COPIED = new Set([".sql", ".html", ".css", ".json", ".py", ".safetensors"]);

for (const entry of readdirSync("src", { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !COPIED.has(extname(entry.name))) continue;
  const from = join(entry.parentPath, entry.name);
  cpSync(from, join("dist", from.slice("src".length)), { recursive: true });
}
