import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(new URL("../../apps/api/src/main.ts", import.meta.url));

interface Ready {
  readonly type: "ready" | "failed";
  readonly message?: string;
  readonly addresses?: readonly { readonly address: string; readonly port: number }[];
}

export interface ApiProcess extends AsyncDisposable {
  readonly url: string;
}

/** The API as a supervisor starts it, with keys asked for, on a free port of loopback. */
export async function startApi(databaseUrl: string, home: string): Promise<ApiProcess> {
  const child = fork(ENTRY, [], {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      HAIRLINE_HOME: home,
      HAIRLINE_OBJECTS: join(home, "objects"),
      HAIRLINE_API_PORT: "0",
      HAIRLINE_API_RATE_PER_MINUTE: "1000000",
      HAIRLINE_UPLOADS_AT_ONCE: "8",
      HAIRLINE_LOG_LEVEL: "error",
    },
    stdio: ["ignore", 2, 2, "ipc"],
  });
  const ended = once(child, "exit");
  const [message] = (await Promise.race([
    once(child, "message"),
    ended.then(([code]) => [{ type: "failed", message: `exit code ${String(code)}` }]),
  ])) as [Ready];
  const port = message.addresses?.[0]?.port;
  if (port === undefined) throw new Error(`the API did not start: ${message.message ?? "no address"}`);
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
