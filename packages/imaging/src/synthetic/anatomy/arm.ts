import { tubularBone, type Bone } from "../bone.ts";
import { travel, type Point } from "../geometry.ts";
import type { Capsule } from "../soft-tissue.ts";
import { endWidth, type Anatomy, type AnatomyOptions, type View } from "./anatomy.ts";

interface LimbOptions {
  readonly size: number;
  readonly view: View;
  readonly child: boolean;
  readonly bow: number;
}

/** The humerus from the shoulder (`top`) along a heading. */
export function humerus(top: Point, heading: number, { size, view, child, bow }: LimbOptions): Bone {
  const flare = endWidth(view);
  const radius = [21, 20, 13.5, 11.4, 10.8, 10.6, 10.4, 10.8, 13 * flare + 2, 27 * flare, 22 * flare];
  return tubularBone({
    name: "humerus",
    from: top,
    to: travel(top, heading, 300 * size),
    radius: radius.map((value) => value * size),
    caps: [21 * size, 14 * size],
    bow: bow * size,
    // The lower end is wide but flat, so less spongy bone lies in the beam than its width says.
    marrow: [0.26, 0.24, 0.14, 0.1, 0.1, 0.1, 0.14, 0.17, 0.17],
    growthPlates: child ? [0.08, 0.965] : [],
    fractureZone: [0.12, 0.93],
  });
}

interface ForearmOptions extends LimbOptions {
  readonly heading: number;
}

/** Radius and ulna from the elbow (`elbow`) along a heading. */
export function forearmBones(elbow: Point, options: ForearmOptions): Bone[] {
  const { size, view, child, bow, heading } = options;
  const flat = endWidth(view);
  const apart = view === "lateral" ? 0.45 : 1;
  const growthPlates = child ? [0.06, 0.94] : [];
  const radialSide = heading + 90;
  const radiusStart = travel(travel(elbow, radialSide, 12 * size * apart), heading, 3 * size);
  const radiusEnd = travel(travel(elbow, radialSide, 11 * size * apart), heading, 246 * size);
  const ulnaStart = travel(travel(elbow, radialSide, -8 * size * apart), heading, -14 * size);
  const ulnaEnd = travel(travel(elbow, radialSide, -13 * size * apart), heading, 243 * size);
  const scale = (values: readonly number[]): number[] => values.map((value) => value * size);
  return [
    tubularBone({
      name: "radius",
      from: radiusStart,
      to: radiusEnd,
      radius: scale([11, 9.5, 7, 7.4, 7.2, 7, 7, 7.2, 9, 13.5 * flat + 1, 14.5 * flat + 1]),
      caps: [5 * size, 10 * size],
      bow: (bow + 5) * size * apart,
      growthPlates,
      fractureZone: [0.07, 0.93],
    }),
    tubularBone({
      name: "ulna",
      from: ulnaStart,
      to: ulnaEnd,
      radius: scale([11, 13, 10.5, 8.2, 7.4, 7, 6.6, 6.2, 5.8, 6.2, 7]),
      caps: [12 * size, 6 * size],
      bow: -bow * size,
      growthPlates,
      fractureZone: [0.12, 0.93],
    }),
  ];
}

function limb(from: Point, to: Point, radii: readonly [number, number]): Capsule {
  return { from, to, fromRadius: radii[0], toRadius: radii[1], depth: 0.9 };
}

export function humerusAnatomy({ patient, view, size, child }: AnatomyOptions): Anatomy {
  const random = patient.stream("humerus");
  const top = { x: 0, y: -150 * size };
  const stout = random.between(0.9, 1.2) * size;
  const bone = humerus(top, 90 + random.between(-3, 3), { size, view, child, bow: random.between(-3, 3) });
  const elbow = bone.to;
  const scapulaSide = random.between(26, 34) * size;
  const lower = forearmBones(elbow, { size, view, child, bow: 2, heading: 90 + random.between(-8, 8) });
  return {
    bones: [
      bone,
      ...lower.map((other) => ({ ...other, fractureZone: undefined })),
      {
        ...bone,
        name: "glenoid",
        from: { x: -scapulaSide - 3 * size, y: -168 * size },
        to: { x: -scapulaSide + 3 * size, y: -122 * size },
        radius: [9 * size, 11 * size, 9 * size],
        density: 0.5,
        bow: 0,
        growthPlates: [],
        caps: [8, 8],
        fractureZone: undefined,
      },
    ],
    tissue: [
      limb({ x: -14 * size, y: -170 * size }, { x: 0, y: -60 * size }, [62 * stout, 46 * stout]),
      limb({ x: 0, y: -60 * size }, elbow, [46 * stout, 38 * stout]),
      limb(elbow, travel(elbow, 90, 90), [38 * stout, 32 * stout]),
    ],
    centre: { x: random.between(-6, 6), y: -6 * size },
    fieldOfView: { width: 165 * size, height: 325 * size },
  };
}

export function forearmAnatomy({ patient, view, size, child }: AnatomyOptions): Anatomy {
  const random = patient.stream("forearm");
  const elbow = { x: 0, y: -120 * size };
  const stout = random.between(0.9, 1.15) * size;
  const upper = humerus({ x: random.between(-12, 12), y: -422 * size }, 90, { size, view, child, bow: 0 });
  const bones = forearmBones(elbow, { size, view, child, bow: random.between(0, 4), heading: 90 });
  return {
    bones: [{ ...upper, fractureZone: undefined }, ...bones],
    tissue: [
      limb({ x: 0, y: -220 * size }, elbow, [44 * stout, 42 * stout]),
      limb(elbow, { x: 0, y: -40 * size }, [42 * stout, 40 * stout]),
      limb({ x: 0, y: -40 * size }, { x: 0, y: 130 * size }, [40 * stout, 25 * stout]),
      limb({ x: 0, y: 130 * size }, { x: 0, y: 200 * size }, [25 * stout, 34 * stout]),
    ],
    centre: { x: 0, y: 4 * size },
    fieldOfView: { width: 128 * size, height: 282 * size },
  };
}

export function elbowAnatomy({ patient, view, size, child }: AnatomyOptions): Anatomy {
  const random = patient.stream("elbow");
  const stout = random.between(0.9, 1.15) * size;
  const joint = { x: 0, y: 0 };
  const bent = view === "lateral";
  const upperHeading = bent ? -80 + random.between(-8, 8) : -90 + random.between(-4, 4);
  const lowerHeading = bent ? random.between(0, 24) : 90 + random.between(-10, 4);
  const top = travel(joint, upperHeading, 302 * size);
  const upper = humerus(top, upperHeading + 180, { size, view, child, bow: 0 });
  const lower = forearmBones(travel(joint, lowerHeading, bent ? 5 : 3), {
    size,
    view,
    child,
    bow: 1,
    heading: lowerHeading,
  });
  return {
    bones: [{ ...upper, fractureZone: [0.78, 0.94] }, ...lower.map(nearElbow)],
    tissue: [
      limb(top, joint, [48 * stout, 36 * stout]),
      limb(joint, travel(joint, lowerHeading, 110 * size), [36 * stout, 34 * stout]),
      limb(joint, travel(joint, lowerHeading, 20 * size), [38 * stout, 38 * stout]),
    ],
    centre: bent ? { x: 34 * size, y: -26 * size } : { x: 0, y: 2 },
    fieldOfView: bent ? { width: 165 * size, height: 165 * size } : { width: 118 * size, height: 178 * size },
  };
}

/** Only the part of a forearm bone that lies in an elbow's picture may break. */
function nearElbow(bone: Bone): Bone {
  return { ...bone, fractureZone: bone.name === "radius" ? [0.06, 0.28] : [0.12, 0.32] };
}
