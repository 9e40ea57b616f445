// tsc emits only JavaScript: copy the files that are read at run time (SQL, HTML, CSS, weights) beside it.
import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { extname, join } from "node:path";

const COPIED = new Set([".sql", ".html", ".css", ".json", ".py", ".safetensors"]);

function assetsIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && COPIED.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length));
}

for (const asset of assetsIn("src")) cpSync(join("src", asset), join("dist", asset), { recursive: true });
// A migration that was renamed would otherwise be there twice, and no database would take them.
for (const asset of assetsIn("dist")) if (!existsSync(join("src", asset))) rmSync(join("dist", asset));
