import { blockBone, tubularBone, type Bone } from "../bone.ts";
import { direction, travel, type Point } from "../geometry.ts";
import type { Capsule } from "../soft-tissue.ts";
import { endWidth, type Anatomy, type AnatomyOptions } from "./anatomy.ts";

/** One ray of the hand, thumb first: base (mm), heading (degrees), lengths of metacarpal and phalanges. */
interface Ray {
  readonly base: Point;
  readonly heading: number;
  readonly metacarpal: number;
  readonly phalanges: readonly number[];
}

const RAYS: readonly Ray[] = [
  { base: { x: -20, y: 4 }, heading: -137, metacarpal: 44, phalanges: [32, 23] },
  { base: { x: -13, y: -6 }, heading: -101, metacarpal: 66, phalanges: [42, 25, 18] },
  { base: { x: -3, y: -8 }, heading: -92, metacarpal: 64, phalanges: [46, 30, 19] },
  { base: { x: 7, y: -6 }, heading: -83, metacarpal: 57, phalanges: [43, 28, 19] },
  { base: { x: 16, y: -2 }, heading: -73, metacarpal: 53, phalanges: [34, 21, 17] },
];

/** Carpal bones: centre (mm), heading, length, radius. */
const CARPALS: readonly (readonly [string, number, number, number, number, number])[] = [
  ["scaphoid", -12, 18, 60, 21, 6.4],
  ["lunate", -1, 20, 100, 15, 6.6],
  ["triquetrum", 10, 17, 120, 14, 5.6],
  ["pisiform", 14, 14, 90, 9, 4.2],
  ["trapezium", -17, 8, 30, 13, 6],
  ["trapezoid", -10, 3, 80, 11, 5.2],
  ["capitate", -1, 6, 92, 22, 6.6],
  ["hamate", 9, 5, 100, 17, 6.4],
];

interface HandOptions extends AnatomyOptions {
  readonly spread: number;
}

/** Bones from the distal forearm to the fingertips; the wrist's middle is near (0, 10). */
function handBones(options: HandOptions): { bones: Bone[]; tissue: Capsule[] } {
  const bones: Bone[] = [...carpals(options), ...distalForearm(options)];
  const tissue: Capsule[] = [
    { from: { x: -1, y: 14 }, to: { x: -3, y: 130 }, fromRadius: 27, toRadius: 36, depth: 0.75 },
    { from: { x: 0, y: 14 }, to: { x: 2, y: -46 }, fromRadius: 26, toRadius: 32, depth: 0.46 },
  ];
  RAYS.forEach((ray, index) => {
    const parts = rayBones(ray, index, options);
    bones.push(...parts.bones);
    tissue.push(...parts.tissue);
  });
  return { bones, tissue };
}

function carpals({ patient, size }: HandOptions): Bone[] {
  const random = patient.stream("carpals");
  return CARPALS.map(([name, x, y, heading, length, radius]) =>
    blockBone({
      name,
      centre: { x: (x + random.between(-0.8, 0.8)) * size, y: (y + random.between(-0.8, 0.8)) * size },
      axis: direction(heading + random.between(-8, 8)),
      length: length * size,
      radius: radius * size * random.between(0.95, 1.05),
    }),
  );
}

function distalForearm({ patient, size, view, child }: HandOptions): Bone[] {
  const random = patient.stream("distal forearm");
  const flat = endWidth(view);
  const lean = random.between(-2, 2);
  const growthPlates = child ? [0.07] : [];
  const apart = view === "lateral" ? 0.35 : 1;
  const scale = (values: readonly number[]): number[] => values.map((value) => value * size);
  return [
    tubularBone({
      name: "radius",
      from: { x: -9 * size * apart, y: 27 * size },
      to: { x: (-13 * apart + lean) * size, y: 150 * size },
      radius: scale([14.5 * flat, 13.5 * flat, 9.5, 7.4, 7, 7, 7, 7.2]),
      caps: [10 * size, 5],
      bow: -3 * size,
      growthPlates,
      fractureZone: [0.1, 0.5],
    }),
    tubularBone({
      name: "ulna",
      from: { x: 14 * size * apart, y: 25 * size },
      to: { x: (12 * apart + lean) * size, y: 150 * size },
      radius: scale([6.4, 7.6, 6.4, 5.8, 5.8, 6, 6.2, 6.4]),
      caps: [6 * size, 5],
      growthPlates,
      fractureZone: [0.1, 0.5],
    }),
  ];
}

function rayBones(ray: Ray, index: number, options: HandOptions): { bones: Bone[]; tissue: Capsule[] } {
  const { size, view, child, patient, spread } = options;
  const random = patient.stream(`ray ${index}`);
  const lateral = view === "lateral" ? 0.45 : view === "oblique" ? 0.8 : 1;
  const heading = -90 + (ray.heading + 90) * (index === 0 ? 1 : spread) * lateral + random.between(-2, 2);
  const thick = (index === 0 ? 1.15 : index === 4 ? 0.9 : 1) * size;
  const bones: Bone[] = [];
  const tissue: Capsule[] = [];
  let at: Point = { x: ray.base.x * size * lateral, y: ray.base.y * size };
  let bend = heading;
  const lengths = [ray.metacarpal, ...ray.phalanges];
  const lastPart = lengths.length - 1;
  lengths.forEach((length, part) => {
    const to = travel(at, bend, length * size);
    bones.push(
      digitBone({
        name: `${digitName(index)} ${partName(part, lastPart)}`,
        from: at,
        to,
        thick,
        part,
        child,
      }),
    );
    const around = (part === 0 ? 12 : 10.4 - part * 0.9) * thick;
    const tip = travel(to, bend, part === lastPart ? 2.5 : 0);
    tissue.push({
      from: at,
      to: tip,
      fromRadius: around,
      toRadius: around * (part === lastPart ? 0.75 : 0.92),
      depth: 0.95,
    });
    at = travel(to, bend, 1.6 * size);
    bend += random.between(-5, 5) * (index === 0 ? 2 : 1);
  });
  return { bones, tissue };
}

interface DigitBone {
  readonly name: string;
  readonly from: Point;
  readonly to: Point;
  readonly thick: number;
  /** 0 metacarpal, 1 proximal phalanx, and so on. */
  readonly part: number;
  readonly child: boolean;
}

const DIGIT_RADII: readonly (readonly number[])[] = [
  [7.2, 6.6, 4.8, 4.2, 4.2, 4.8, 6.6, 7.2],
  [7, 6.2, 4.6, 4.1, 3.9, 3.9, 4.8, 5.2],
  [5.8, 5.2, 3.9, 3.4, 3.2, 3.3, 4, 4.4],
  [4.9, 4.2, 2.8, 2.2, 2, 2.2, 2.9, 2.6],
];

function digitBone({ name, from, to, thick, part, child }: DigitBone): Bone {
  const radius = (DIGIT_RADII[part] ?? DIGIT_RADII[3]!).map((value) => value * thick);
  return tubularBone({
    name,
    from,
    to,
    radius,
    caps: [radius[0]! * 0.75, radius.at(-1)! * 1.05],
    growthPlates: child ? [part === 0 ? 0.86 : 0.13] : [],
    fractureZone: part === 3 ? undefined : [0.2, 0.8],
  });
}

function digitName(index: number): string {
  return index === 0 ? "thumb" : `finger ${index + 1}`;
}

function partName(part: number, last: number): string {
  if (part === 0) return "metacarpal";
  if (part === last) return "distal phalanx";
  return part === 1 ? "proximal phalanx" : "middle phalanx";
}

export function handAnatomy(options: AnatomyOptions): Anatomy {
  const spread = options.patient.stream("spread").between(0.9, 1.25);
  return {
    ...handBones({ ...options, spread }),
    centre: { x: -4 * options.size, y: -52 * options.size },
    fieldOfView: { width: 160 * options.size, height: 225 * options.size },
  };
}

export function wristAnatomy(options: AnatomyOptions): Anatomy {
  const parts = handBones({ ...options, spread: 1 });
  return {
    ...parts,
    // The fingers are out of the picture; only forearm and metacarpals can break here.
    bones: parts.bones.map((bone) =>
      bone.name.includes("phalanx") ? { ...bone, fractureZone: undefined } : bone,
    ),
    centre: { x: -1 * options.size, y: 22 * options.size },
    fieldOfView: { width: 88 * options.size, height: 124 * options.size },
  };
}

export function fingerAnatomy(options: AnatomyOptions): Anatomy {
  const finger = 1 + options.patient.stream("finger").below(4);
  const { bones, tissue } = handBones({ ...options, spread: 1.5 });
  const own = bones.filter((bone) => bone.name.startsWith(digitName(finger)));
  const from = own[0]!.to;
  const to = own.at(-1)!.to;
  return {
    bones: bones.map((bone) => (own.includes(bone) ? bone : { ...bone, fractureZone: undefined })),
    tissue,
    centre: { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 },
    fieldOfView: { width: 74 * options.size, height: 118 * options.size },
  };
}
