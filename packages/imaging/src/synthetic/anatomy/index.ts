import type { Anatomy, AnatomyOptions, BodyPart } from "./anatomy.ts";
import { elbowAnatomy, forearmAnatomy, humerusAnatomy } from "./arm.ts";
import { fingerAnatomy, handAnatomy, wristAnatomy } from "./hand.ts";
import { shoulderAnatomy } from "./shoulder.ts";

export { BODY_PARTS, VIEWS, type Anatomy, type BodyPart, type View } from "./anatomy.ts";

const BUILDERS: Readonly<Record<BodyPart, (options: AnatomyOptions) => Anatomy>> = {
  ELBOW: elbowAnatomy,
  FINGER: fingerAnatomy,
  FOREARM: forearmAnatomy,
  HAND: handAnatomy,
  HUMERUS: humerusAnatomy,
  SHOULDER: shoulderAnatomy,
  WRIST: wristAnatomy,
};

export function buildAnatomy(bodyPart: BodyPart, options: AnatomyOptions): Anatomy {
  return BUILDERS[bodyPart](options);
}
