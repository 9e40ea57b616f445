// npm ci refuses a lockfile that lacks the optional packages of other platforms, and npm install leaves out those the
// registry at hand does not serve (a mirror often holds only its own platform's). This adds them by name and version;
// npm skips them wherever their os and cpu do not match. Run it after an install that changed dependencies.
import { readFileSync, writeFileSync } from "node:fs";

const OPERATING_SYSTEMS = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const ALIASES = { windows: "win32", 64: "x64", gnueabihf: "gnu", musleabihf: "musl", eabi: "android" };
const PROCESSORS = [
  "arm",
  "arm64",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "wasm32",
  "x64",
];

const lockfile = JSON.parse(readFileSync("package-lock.json", "utf8"));
const added = [];

for (const parent of Object.values(lockfile.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    if (lockfile.packages[path] !== undefined || !/^\d/.test(version)) continue;
    lockfile.packages[path] = {
      version,
      ...platformOf(name),
      ...(parent.dev ? { dev: true } : {}),
      optional: true,
    };
    added.push(`${name}@${version}`);
  }
}

lockfile.packages = Object.fromEntries(
  Object.entries(lockfile.packages).sort(([a], [b]) => (a < b ? -1 : 1)),
);
writeFileSync("package-lock.json", `${JSON.stringify(lockfile, null, 2)}\n`);
console.log(added.length === 0 ? "the lockfile was complete" : `added ${added.join(", ")}`);

/** The platform a package is for, read from its name: "@turbo/darwin-arm64" is os darwin, cpu arm64. */
function platformOf(name) {
  const words = name.split(/[/_-]/).map((word) => ALIASES[word] ?? word);
  const os = words.find((word) => OPERATING_SYSTEMS.includes(word));
  const cpu = words.find((word) => PROCESSORS.includes(word));
  if (os === undefined || cpu === undefined)
    throw new Error(`${name}: cannot tell the platform from the name`);
  const libc = words.includes("musl") ? "musl" : words.includes("gnu") ? "glibc" : undefined;
  return { os: [os], cpu: [cpu], ...(os === "linux" && libc ? { libc: [libc] } : {}) };
}
