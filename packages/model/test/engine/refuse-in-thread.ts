import { refuseTelemetry } from "@hairline/model/engine";

// Run as a worker thread by refuse-telemetry.test.ts.
refuseTelemetry();
