import { createApiKey, type Scope } from "@hairline/core/access";
import { openObjectStore } from "@hairline/core/storage";
import { createTestDatabase } from "@hairline/core/testing";
import { pino } from "pino";
import { z } from "zod";
import type { ApiServer } from "../src/api-server.ts";
import { createArchiveRoots } from "../src/archives/archive-roots.ts";
import { createAuthentication } from "../src/auth/authenticate.ts";
import { createServer } from "../src/server.ts";
import type { ApiServices, Uploads } from "../src/services.ts";
import { UPLOAD_VARIABLES, uploadSettings } from "../src/uploads/upload-settings.ts";
import { RecordingQueues } from "./recording-queues.ts";

export interface OpenApiOptions extends Partial<
  Omit<ApiServices, "database" | "queues" | "archives" | "uploads">
> {
  readonly archiveRoots?: readonly string[];
  readonly uploads?: Partial<Uploads>;
}

const UPLOAD_DEFAULTS = z.object(UPLOAD_VARIABLES).parse({});

/** A server on a database of its own, with a key for each scope; its queues note what was added. */
export async function openApi(options: OpenApiOptions = {}) {
  const database = await createTestDatabase();
  const queues = new RecordingQueues();
  const { archiveRoots = [], uploads, ...services } = options;
  const server: ApiServer = await createServer({
    database,
    queues,
    archives: createArchiveRoots(archiveRoots),
    uploads: { ...uploadSettings(UPLOAD_DEFAULTS), openStore: openObjectStore, ...uploads },
    authenticate: createAuthentication({ database }),
    log: pino({ level: "silent" }),
    open: false,
    ratePerMinute: 100_000,
    trustedProxies: 0,
    watch: { intervalMs: 20, heartbeatMs: 40 },
    ...services,
  });
  const bearers = new Map<Scope, string>();
  const bearer = async (scope: Scope): Promise<string> => {
    const known = bearers.get(scope);
    if (known !== undefined) return known;
    const { key } = await createApiKey(database, { name: scope, scopes: [scope] });
    bearers.set(scope, `Bearer ${key}`);
    return `Bearer ${key}`;
  };
  return {
    database,
    queues,
    server,
    bearer,
    /** GET as a holder of the read scope, or of another. */
    async get(url: string, scope: Scope = "read") {
      return server.inject({ url, headers: { authorization: await bearer(scope) } });
    },
    async post(url: string, body: unknown, { scope = "admin", headers = {} }: PostOptions = {}) {
      return server.inject({
        method: "POST",
        url,
        headers: { authorization: await bearer(scope), ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      });
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await database.close();
    },
  };
}

interface PostOptions {
  readonly scope?: Scope;
  readonly headers?: Record<string, string>;
}

export type OpenedApi = Awaited<ReturnType<typeof openApi>>;
