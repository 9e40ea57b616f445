import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "@hairline/core/testing";

const script = fileURLToPath(new URL("./open-and-list.ts", import.meta.url));

/** ONNX Runtime's reporter leaves `mat-debug-<pid>.log` in the temporary folder as soon as it starts. */
function reporterFiles(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith("mat-debug"));
}

async function inProcessWithOwnTemporaryFolder(
  run: (folder: string, environment: NodeJS.ProcessEnv) => void,
) {
  await using folder = await temporaryFolder();
  // CI also silences the reporter: leave it out, as a user's machine does.
  const { CI: _ci, ORT_DISABLE_TELEMETRY: _ort, ...environment } = process.env;
  run(folder.path, { ...environment, TMPDIR: folder.path });
  return reporterFiles(folder.path);
}

describe("refuseTelemetry", () => {
  test("keeps an engine from starting the vendor's reporter", async () => {
    const left = await inProcessWithOwnTemporaryFolder((folder, env) => {
      const listed = execFileSync(
        process.execPath,
        ["--conditions=development", "--import", "tsx", script, folder],
        { env, encoding: "utf8" },
      );
      expect(JSON.parse(listed)).not.toContainEqual(expect.stringMatching(/^mat-debug/));
    });
    expect(left).toEqual([]);
  });

  test("is what keeps it from starting: the bare library does start it", async () => {
    const left = await inProcessWithOwnTemporaryFolder((_, env) => {
      const bare = `
        const { InferenceSession } = require("onnxruntime-node");
        InferenceSession.create(new Uint8Array([1])).catch(() => {});
      `;
      execFileSync(process.execPath, ["-e", bare], {
        env,
        cwd: fileURLToPath(new URL(".", import.meta.url)),
      });
    });
    expect(left).toHaveLength(1);
  });

  test("refuses to open an engine in a thread of a process that was not prepared", async () => {
    const { ORT_DISABLE_TELEMETRY: _ort, ...env } = process.env;
    // tsx registers itself only in the main thread.
    const tsx = import.meta.resolve("tsx/esm/api");
    const source = new URL("./refuse-in-thread.ts", import.meta.url).href;
    const code = `import { register } from "${tsx}"; register(); await import("${source}");`;
    const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { env });
    const failure = await new Promise((resolve) => thread.once("error", resolve));
    expect(failure).toMatchObject({ code: "INTERNAL" });
  });
});
