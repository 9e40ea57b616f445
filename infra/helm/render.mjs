// Renders the chart for each case with Helm itself and keeps the result, which the tests check against the API's schema.
//   npm run render --workspace @hairline/infra      needs helm (4.3 here), or HELM=/path/to/helm
// No helm comes from npm or Debian: the tests hold the kept files to the chart by its digest, so a chart that was
// changed and not rendered fails them.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chartDigest } from "./chart-digest.mjs";

const folder = fileURLToPath(new URL(".", import.meta.url));
const helm = process.env.HELM ?? "helm";

mkdirSync(`${folder}rendered`, { recursive: true });
for (const file of readdirSync(`${folder}cases`).sort()) {
  const values = `${folder}cases/${file}`;
  execFileSync(helm, ["lint", "--strict", "--quiet", "--values", values, `${folder}hairline`], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const options = ["--values", values, "--namespace", "hairline", "--kube-version", "1.37.0"];
  const text = execFileSync(helm, ["template", "hairline", `${folder}hairline`, ...options], {
    encoding: "utf8",
  });
  writeFileSync(
    `${folder}rendered/${file}`,
    `# Rendered by Helm for cases/${file}; chart ${chartDigest()}\n${text}`,
  );
  console.log(`rendered ${file}`);
}
