export { TELEMETRY_VARIABLES, telemetrySettings, type TelemetrySettings } from "./telemetry-settings.ts";
