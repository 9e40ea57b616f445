import type { Bone } from "../bone.ts";
import type { Point } from "../geometry.ts";
import type { RandomStream } from "../random.ts";
import type { Capsule } from "../soft-tissue.ts";

/** MURA's seven body parts; their folders are XR_<part>. */
export const BODY_PARTS = ["ELBOW", "FINGER", "FOREARM", "HAND", "HUMERUS", "SHOULDER", "WRIST"] as const;
export type BodyPart = (typeof BODY_PARTS)[number];

export const VIEWS = ["frontal", "lateral", "oblique"] as const;
export type View = (typeof VIEWS)[number];

/** The bones and soft tissue of one region in one view, in millimetres. */
export interface Anatomy {
  readonly bones: readonly Bone[];
  readonly tissue: readonly Capsule[];
  readonly centre: Point;
  /** Millimetres that fit into the width and height of the picture. */
  readonly fieldOfView: { readonly width: number; readonly height: number };
}

export interface AnatomyOptions {
  /** Draws of the patient: the same for every view. */
  readonly patient: RandomStream;
  readonly view: View;
  /** Overall size, about 0.8 (child) to 1.1. */
  readonly size: number;
  readonly child: boolean;
}

/** How much narrower a flat bone end looks in a view. */
export function endWidth(view: View): number {
  return { frontal: 1, oblique: 0.85, lateral: 0.68 }[view];
}
