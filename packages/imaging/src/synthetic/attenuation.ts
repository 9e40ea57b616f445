import type { BodyPart } from "./anatomy/index.ts";
import { drawBone, placeBone } from "./draw-bone.ts";
import { createField, type Field } from "./field.ts";
import type { Fracture } from "./fracture.ts";
import { distractingLines, plateParts, type Hardware, type Plate } from "./hardware.ts";
import type { RandomStream } from "./random.ts";
import type { Scene } from "./scene.ts";
import { drawCast, drawSoftTissue } from "./soft-tissue.ts";
import { createTexture } from "./texture.ts";

interface AttenuationOptions {
  readonly bodyPart: BodyPart;
  readonly hardware: Hardware;
  readonly plate: Plate | undefined;
  readonly fracture: Fracture | undefined;
  readonly visibility: number;
}

/** Sums what every structure takes from the beam. */
export function drawAttenuation(random: RandomStream, scene: Scene, options: AttenuationOptions): Field {
  const { anatomy, projection, bones } = scene;
  const field = createField(projection.width, projection.height);
  const mesh = createTexture(random.stream("mesh"), 1, 3);
  drawSoftTissue(field, anatomy.tissue, projection);
  for (const placed of bones) {
    const fracture = placed.bone.name === options.fracture?.bone ? options.fracture : undefined;
    drawBone(field, placed, { texture: mesh, fracture, visibility: options.visibility });
  }
  const extras = distractingLines(random.stream("lines"), {
    centre: anatomy.centre,
    spreadMm: anatomy.fieldOfView.height,
    bones,
  });
  const plated = anatomy.bones.find((bone) => bone.name === options.plate?.bone);
  if (plated !== undefined && options.plate !== undefined) extras.push(...plateParts(plated, options.plate));
  for (const extra of extras) {
    drawBone(field, placeBone(extra, projection), { texture: mesh, fracture: undefined, visibility: 0 });
  }
  if (options.hardware === "cast") drawCast(field, anatomy.tissue, projection);
  addUnevenness(field, createTexture(random.stream("tissue"), 3, 12));
  normaliseExposure(
    field,
    TYPICAL_ATTENUATION[options.bodyPart] * scene.size * (options.hardware === "cast" ? 1.25 : 1),
  );
  return field;
}

/** About the 99th percentile of the attenuation of an average adult, measured on 24 pictures of each part. */
const TYPICAL_ATTENUATION: Readonly<Record<BodyPart, number>> = {
  ELBOW: 1.6,
  FINGER: 0.56,
  FOREARM: 1.65,
  HAND: 1,
  HUMERUS: 1.75,
  SHOULDER: 1.75,
  WRIST: 1.12,
};

/**
 * The tube voltage follows the part and the patient's size, never the picture: a rule that read the picture
 * would carry the crack into the brightness of every pixel.
 */
function normaliseExposure(field: Field, typical: number): void {
  const scale = 1 / typical;
  for (let i = 0; i < field.data.length; i++) field.data[i]! *= scale;
}

/** Muscle and fat are not even: a slow texture in proportion to what lies there. */
function addUnevenness(field: Field, texture: Float32Array): void {
  const { width, data } = field;
  for (let i = 0; i < data.length; i++) {
    const x = i % width;
    const y = (i - x) / width;
    data[i]! *= 1 + 0.018 * texture[(y & 255) * 256 + (x & 255)]!;
  }
}
