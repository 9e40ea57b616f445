import type { ApiServer } from "../api-server.ts";
import type { ApiServices } from "../services.ts";
import { registerHealth } from "./health.ts";
import { registerMe } from "./me.ts";
import { registerOpenApi } from "./openapi.ts";

/** Every route of the API, one file each. */
const ROUTES: readonly ((server: ApiServer, services: ApiServices) => void)[] = [
  registerHealth,
  registerOpenApi,
  registerMe,
];

export function registerRoutes(server: ApiServer, services: ApiServices): void {
  for (const register of ROUTES) register(server, services);
}
