import type { ApiServer } from "../api-server.ts";
import type { ApiServices } from "../services.ts";
import { registerAudit } from "./audit.ts";
import { registerCertificates } from "./certificates.ts";
import { registerDatasets } from "./datasets.ts";
import { registerDriftChecks } from "./drift-checks.ts";
import { registerExports } from "./exports.ts";
import { registerHealth } from "./health.ts";
import { registerHeatmap } from "./heatmap.ts";
import { registerImageFile } from "./image-file.ts";
import { registerImages } from "./images.ts";
import { registerImportRejections } from "./import-rejections.ts";
import { registerImports } from "./imports.ts";
import { registerKeys } from "./keys.ts";
import { registerMe } from "./me.ts";
import { registerModels } from "./models.ts";
import { registerOpenApi } from "./openapi.ts";
import { registerPolicies } from "./policies.ts";
import { registerQuarantine } from "./quarantine.ts";
import { registerRunControl } from "./run-control.ts";
import { registerRunEvents } from "./run-events.ts";
import { registerRuns } from "./runs.ts";
import { registerStudies } from "./studies.ts";
import { registerSweepPoints } from "./sweep-points.ts";
import { registerSweeps } from "./sweeps.ts";
import { registerUploadDatasets } from "./upload-datasets.ts";
import { registerUploads } from "./uploads.ts";
import { registerVerdicts } from "./verdicts.ts";
import { registerWorkers } from "./workers.ts";
import { registerWorklist } from "./worklist.ts";

/** Every route of the API, one file each. */
const ROUTES: readonly ((server: ApiServer, services: ApiServices) => void)[] = [
  registerHealth,
  registerOpenApi,
  registerMe,
  registerDatasets,
  registerImports,
  registerImportRejections,
  registerQuarantine,
  registerExports,
  registerImages,
  registerHeatmap,
  registerImageFile,
  registerStudies,
  registerUploadDatasets,
  registerUploads,
  registerVerdicts,
  registerWorklist,
  registerRuns,
  registerRunControl,
  registerRunEvents,
  registerModels,
  registerPolicies,
  registerCertificates,
  registerDriftChecks,
  registerSweeps,
  registerSweepPoints,
  registerWorkers,
  registerAudit,
  registerKeys,
];

export function registerRoutes(server: ApiServer, services: ApiServices): void {
  for (const register of ROUTES) register(server, services);
}
