import type { Verification } from "@hairline/model/verify";
import type { Output } from "./output.ts";

/** With the names the database uses. */
export function verificationJson(verification: Verification): Record<string, unknown> {
  const { deviation, tolerance } = verification;
  return {
    engine: verification.engine,
    engineVersion: verification.engineVersion,
    device: verification.device,
    graphSha256: verification.graphSha256,
    probe: verification.probe,
    images: deviation.images,
    logitAbsolute: deviation.logitAbsolute,
    logitRelative: deviation.logitRelative,
    camRelative: deviation.camRelative,
    probabilityAbsolute: deviation.probabilityAbsolute,
    logitTolerance: tolerance.logit,
    camTolerance: tolerance.cam,
    passed: verification.passed,
    createdAt: verification.createdAt.toISOString(),
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
