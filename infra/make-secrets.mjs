// Writes the .env that docker-compose.yml asks for: a random secret for each service, readable by its owner only.
//   node infra/make-secrets.mjs [--archive FOLDER] [--out FILE]
// An existing file is never touched: its passwords are the ones the volumes were made with.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { archive: { type: "string", default: "archives" }, out: { type: "string", default: ".env" } },
});

/** 192 bits in characters that mean the same in a URL, a shell and a compose file. */
const secret = () => randomBytes(24).toString("hex");

const archive = resolve(values.archive);
if (/[\n'"$]/.test(archive)) {
  console.error("the folder's name holds a quote, a dollar sign or a line break: give it a plainer one");
  process.exit(2);
}

const lines = [
  `# Secrets of docker-compose.yml. Whoever reads this file reads the archive's results.`,
  `POSTGRES_PASSWORD=${secret()}`,
  `REDIS_PASSWORD=${secret()}`,
  `S3_ACCESS_KEY=${randomBytes(10).toString("hex").toUpperCase()}`,
  `S3_SECRET_KEY=${secret()}`,
  `GRAFANA_PASSWORD=${secret()}`,
  `# Folder of archives on this host, mounted read-only at /archives.`,
  `ARCHIVE='${archive}'`,
];

try {
  writeFileSync(values.out, `${lines.join("\n")}\n`, { flag: "wx", mode: 0o600 });
  console.log(`wrote ${values.out}`);
} catch (error) {
  if (error.code !== "EEXIST") throw error;
  console.error(`${values.out} exists and was left as it is`);
  process.exitCode = 1;
}
