import { buildAnatomy, type Anatomy, type BodyPart, type View } from "./anatomy/index.ts";
import { placeBone, pointOnBone, type PlacedBone } from "./draw-bone.ts";
import { COLLIMATION_MARGIN } from "./exposure.ts";
import { drawFracture, lineHeight, type Fracture, type FracturePlace } from "./fracture.ts";
import { createProjection, interpolate, type Point, type Projection } from "./geometry.ts";
import type { Plate } from "./hardware.ts";
import type { RandomStream } from "./random.ts";

/** Pixels [x0, y0, x1, y1] of the image; x1 and y1 are exclusive. */
export type Box = readonly [x0: number, y0: number, x1: number, y1: number];

/** One patient in one view, laid out in pixels. */
export interface Scene {
  readonly anatomy: Anatomy;
  readonly projection: Projection;
  readonly bones: readonly PlacedBone[];
  /** Size of the patient relative to an average adult. */
  readonly size: number;
}

export interface SceneOptions {
  readonly bodyPart: BodyPart;
  readonly view: View;
  readonly longSide: number;
}

export function layOut(root: RandomStream, { bodyPart, view, longSide }: SceneOptions): Scene {
  const patient = root.stream("patient");
  const child = patient.chance(0.16);
  const size = child ? patient.between(0.72, 0.86) : patient.between(0.92, 1.08);
  const mirrored = patient.chance(0.5);
  const anatomy = buildAnatomy(bodyPart, { patient, view, size, child });
  const random = root.stream(`projection/${view}`);
  const width = anatomy.fieldOfView.width * random.between(0.92, 1.15);
  const height = anatomy.fieldOfView.height * random.between(0.92, 1.05);
  const pixelsPerMm = longSide / Math.max(width, height);
  const projection = createProjection({
    width: Math.round(width * pixelsPerMm),
    height: Math.round(height * pixelsPerMm),
    pixelsPerMm,
    centre: anatomy.centre,
    rotationDegrees: random.between(-9, 9),
    mirrored,
  });
  return { anatomy, projection, size, bones: anatomy.bones.map((bone) => placeBone(bone, projection)) };
}

const CLEAR_ATTEMPTS = 48;
const MAX_ATTEMPTS = 96;

/**
 * Breaks a bone well inside the frontal picture, and clear of a plate unless the plate covers all there is.
 * @throws RangeError when no bone of the scene can break in the picture, a fault of the anatomy
 */
export function breakBone(random: RandomStream, scene: Scene, plate: Plate | undefined): Fracture {
  const breakable = scene.bones.filter(({ bone }) => bone.fractureZone !== undefined);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const placed = random.pick(breakable);
    const [low, high] = placed.bone.fractureZone ?? [0, 1];
    const position = random.between(low, high);
    if (!isWellInside(scene, pointOnBone(placed, position * placed.length, 0))) continue;
    const place = { bone: placed.bone.name, position };
    if (attempt >= CLEAR_ATTEMPTS || !isPlated(place, plate)) return drawFracture(random, place);
  }
  throw new RangeError("no bone of the scene can break inside the picture");
}

function isWellInside({ projection: { width, height } }: Scene, { x, y }: Point): boolean {
  const margin = COLLIMATION_MARGIN + 0.03;
  return x > width * margin && x < width * (1 - margin) && y > height * margin && y < height * (1 - margin);
}

function isPlated({ bone, position }: FracturePlace, plate: Plate | undefined): boolean {
  const clear = 0.08;
  return plate?.bone === bone && position > plate.from - clear && position < plate.to + clear;
}

/** Where the crack shows in this view; null when it lies out of the picture. */
export function fractureBox(scene: Scene, fracture: Fracture): Box | null {
  const placed = scene.bones.find(({ bone }) => bone.name === fracture.bone);
  if (placed === undefined) return null;
  const radius = interpolate(placed.bone.radius, fracture.position) * placed.pixelsPerMm;
  const points = Array.from({ length: 17 }, (_, index) => {
    const across = index / 8 - 1;
    const along = fracture.position * placed.length + radius * lineHeight(fracture, across);
    return pointOnBone(placed, along, across * radius * (1 + Math.abs(fracture.step) / 2));
  });
  const margin = fracture.gapPixels + 4;
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  const { width, height } = scene.projection;
  const box: Box = [
    Math.max(Math.floor(Math.min(...xs) - margin), 0),
    Math.max(Math.floor(Math.min(...ys) - margin), 0),
    Math.min(Math.ceil(Math.max(...xs) + margin), width),
    Math.min(Math.ceil(Math.max(...ys) + margin), height),
  ];
  // Another view may push the crack out of the picture; then it does not show.
  return box[2] - box[0] < 8 || box[3] - box[1] < 8 ? null : box;
}
