import { pino } from "pino";
import { createServer } from "./server.ts";
import type { ApiServices } from "./services.ts";

/** What no request reaches: only the routes' descriptions are read. */
const UNUSED = {
  uploads: { atOnce: 1, limits: { totalMs: 1 } },
  log: pino({ level: "silent" }),
  open: false,
  ratePerMinute: 1,
  trustedProxies: 0,
  watch: { intervalMs: 1, heartbeatMs: 1 },
} as unknown as ApiServices;

/** The committed OpenAPI document: routes by path, as text with a line end. */
export async function openApiDocument(): Promise<string> {
  const server = await createServer(UNUSED);
  const { paths, ...document } = server.swagger() as { paths: Record<string, unknown> };
  await server.close();
  const sorted = Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ ...document, paths: sorted }, null, 2)}\n`;
}
