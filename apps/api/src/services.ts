import type { Database } from "@hairline/core/db";
import type { Queues } from "@hairline/core/queue";
import type { ObjectStore } from "@hairline/core/storage";
import type { FastifyBaseLogger } from "fastify";
import type { ArchiveRoots } from "./archives/archive-roots.ts";
import type { Authenticate } from "./auth/authenticate.ts";
import type { UploadSettings } from "./uploads/upload-settings.ts";
import type { RequestTimer } from "./metrics/api-metrics.ts";

export interface Uploads extends UploadSettings {
  /** The store at a dataset's root. */
  readonly openStore: (root: string) => ObjectStore;
}

/** What routes work with. */
export interface ApiServices {
  readonly database: Database;
  readonly queues: Queues;
  readonly archives: ArchiveRoots;
  readonly uploads: Uploads;
  readonly authenticate: Authenticate;
  readonly log: FastifyBaseLogger;
  /** Requests are only taken for a loopback host: what a page of another site sends under its own name is refused. */
  readonly open: boolean;
  readonly ratePerMinute: number;
  readonly trustedProxies: number;
  /** Undefined when nobody reads metrics. */
  readonly requestTimer?: RequestTimer | undefined;
  /** How often a watched run is looked at, and how often a silent stream says that it lives. */
  readonly watch: { readonly intervalMs: number; readonly heartbeatMs: number };
}
