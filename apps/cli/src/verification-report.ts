import type { Verification } from "@hairline/model/verify";
import type { Output } from "./output.ts";

/** With the names the database uses. */
export function verificationJson(verification: Verification): Record<string, unknown> {
  const { deviation, tolerance } = verification;
  return {
    engine: verification.engine,
    engine_version: verification.engineVersion,
    device: verification.device,
    graph_sha256: verification.graphSha256,
    probe: verification.probe,
    images: deviation.images,
    logit_absolute: deviation.logitAbsolute,
    logit_relative: deviation.logitRelative,
    cam_relative: deviation.camRelative,
    probability_absolute: deviation.probabilityAbsolute,
    logit_tolerance: tolerance.logit,
    cam_tolerance: tolerance.cam,
    passed: verification.passed,
    created_at: verification.createdAt.toISOString(),
  };
}

export function printVerification(output: Output, verification: Verification): void {
  const { engine, engineVersion, device, probe, deviation, tolerance, passed } = verification;
  output.line(
    `${engine} ${engineVersion} on ${device}, ${deviation.images} images (${probe}): ${passed ? "passed" : "FAILED"}`,
  );
  output.table(
    ["largest difference", "measured", "allowed"],
    [
      ["logit, relative", short(deviation.logitRelative), String(tolerance.logit)],
      ["logit, absolute", short(deviation.logitAbsolute), null],
      ["probability", short(deviation.probabilityAbsolute), null],
      ["CAM cell, of the CAM's largest", short(deviation.camRelative), String(tolerance.cam)],
    ],
  );
}

function short(value: number): string {
  return value.toPrecision(3);
}
