import { VIEWS, type BodyPart, type View } from "./anatomy/index.ts";
import { drawAttenuation } from "./attenuation.ts";
import { drawExposure, expose } from "./exposure.ts";
import type { Fracture } from "./fracture.ts";
import { choosePlate, type Hardware } from "./hardware.ts";
import { stampMarker } from "./marker.ts";
import { RandomStream } from "./random.ts";
import { breakBone, fractureBox, layOut, type Box } from "./scene.ts";

export interface RadiographOptions {
  readonly seed: number | string;
  readonly bodyPart: BodyPart;
  readonly fractured: boolean;
  /** The same seed gives the same patient and fracture in every view. */
  readonly view?: View;
  /** Drawn from the seed unless given: about 10 % casts, 8 % plates, whether fractured or not. */
  readonly hardware?: Hardware;
  /** Longer side in pixels. */
  readonly longSide?: number;
}

export interface Radiograph {
  readonly width: number;
  readonly height: number;
  /** Grey, 8 bit, row-major [height, width]. */
  readonly data: Uint8Array;
  /** Where the crack shows; null when there is none or this view hides it. */
  readonly box: Box | null;
  readonly fracture: Fracture | null;
  readonly hardware: Hardware;
  readonly view: View;
}

/**
 * Draws one synthetic radiograph. Pure: the same options give the same bytes on every engine and CPU. With
 * everything else equal, `fractured` changes nothing but the bone that breaks: no other draw depends on it.
 */
export function generateRadiograph(options: RadiographOptions): Radiograph {
  const root = new RandomStream(`${options.seed}/${options.bodyPart}`);
  const view = options.view ?? "frontal";
  const { bodyPart, longSide = 512 } = options;
  const scene = layOut(root, { bodyPart, view, longSide });
  const hardware = options.hardware ?? drawHardware(root.stream("hardware"));
  const reference = view === "frontal" ? scene : layOut(root, { bodyPart, view: "frontal", longSide });
  const plate = hardware === "plate" ? choosePlate(root.stream("plate"), reference.bones) : undefined;
  const fracture = options.fractured ? breakBone(root.stream("fracture"), reference, plate) : undefined;
  const visibility = fracture === undefined ? 0 : viewVisibility(root.stream(`visibility/${view}`), view);
  const random = root.stream(`exposure/${view}`);
  const field = drawAttenuation(root.stream(`detail/${view}`), scene, {
    bodyPart,
    hardware,
    plate,
    fracture,
    visibility,
  });
  const { width, height } = field;
  const data = expose(field, drawExposure(random), random);
  const marker = root.stream("marker");
  if (marker.chance(0.5)) stampMarker({ width, height, data }, marker.pick(["L", "R"]), random);
  const box = fracture === undefined || visibility <= 0 ? null : fractureBox(scene, fracture);
  return {
    width,
    height,
    data,
    box,
    fracture: fracture ?? null,
    hardware: plate || hardware === "cast" ? hardware : "none",
    view,
  };
}

function drawHardware(random: RandomStream): Hardware {
  const draw = random.uniform();
  return draw < 0.1 ? "cast" : draw < 0.18 ? "plate" : "none";
}

/** The frontal view always shows the crack; another may show it weakly or, one time in eight, not at all. */
function viewVisibility(random: RandomStream, view: View): number {
  if (view === VIEWS[0]) return 1;
  return random.chance(0.125) ? 0 : random.between(0.7, 1);
}
