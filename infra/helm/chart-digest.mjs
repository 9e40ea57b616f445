import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));

/** SHA-256 over the chart and the values it is rendered with: names and contents of all files, in order of names. */
export function chartDigest() {
  const hash = createHash("sha256");
  for (const part of ["hairline", "cases"]) {
    const files = readdirSync(`${FOLDER}${part}`, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`)
      .sort();
    for (const file of files)
      hash
        .update(`${file.slice(FOLDER.length)}\0`)
        .update(readFileSync(file))
        .update("\0");
  }
  return hash.digest("hex");
}
