import { tubularBone, type Bone } from "../bone.ts";
import { travel, type Point } from "../geometry.ts";
import type { RandomStream } from "../random.ts";
import type { Anatomy, AnatomyOptions } from "./anatomy.ts";
import { humerus } from "./arm.ts";

/** A shoulder with the trunk at the left: humerus, clavicle, scapula and a few ribs. */
export function shoulderAnatomy({ patient, view, size, child }: AnatomyOptions): Anatomy {
  const random = patient.stream("shoulder");
  const head: Point = { x: 24 * size, y: -22 * size };
  const heading = 90 + random.between(-18, 6) + (view === "lateral" ? 14 : 0);
  const arm = humerus(head, heading, { size, view: "frontal", child, bow: 1 });
  const stout = random.between(0.9, 1.15) * size;
  const elbow = travel(head, heading, 200 * size);
  return {
    bones: [
      { ...arm, fractureZone: [0.1, 0.42] },
      ...scapula(size),
      clavicle(random, size),
      ...ribs(random, size),
    ],
    tissue: [
      { from: head, to: elbow, fromRadius: 48 * stout, toRadius: 42 * stout, depth: 0.9 },
      { from: head, to: { x: -120, y: -70 }, fromRadius: 44 * stout, toRadius: 40 * stout, depth: 0.8 },
      {
        from: { x: -60, y: 0 },
        to: { x: -60, y: 140 },
        fromRadius: 62 * stout,
        toRadius: 66 * stout,
        depth: 0.5,
      },
    ],
    centre: { x: random.between(-8, 6), y: 22 * size },
    fieldOfView: { width: 190 * size, height: 200 * size },
  };
}

interface FlatBone {
  readonly name: string;
  readonly ends: readonly [number, number, number, number];
  readonly radius: readonly number[];
  readonly density: number;
}

/** The scapula in parts: ends (x, y, x, y) and radii in millimetres, and how thin it is along the beam. */
const SCAPULA: readonly FlatBone[] = [
  { name: "glenoid", ends: [-3, -34, 1, 12], radius: [8, 10, 9], density: 0.75 },
  { name: "scapular neck", ends: [0, -10, -40, -4], radius: [15, 12, 16, 20], density: 0.22 },
  { name: "scapular blade", ends: [-36, -26, -34, 96], radius: [16, 24, 22, 17, 9], density: 0.14 },
  { name: "lateral border", ends: [-3, 8, -24, 100], radius: [4, 4.5, 4, 3.5], density: 0.6 },
  { name: "acromion", ends: [-34, -46, 26, -52], radius: [6, 6, 8, 9], density: 0.6 },
  { name: "coracoid", ends: [-18, -30, 3, -22], radius: [6, 6.5, 6], density: 0.6 },
];

function scapula(size: number): Bone[] {
  return SCAPULA.map(({ name, ends: [x0, y0, x1, y1], radius, density }) => ({
    ...tubularBone({
      name,
      from: { x: x0 * size, y: y0 * size },
      to: { x: x1 * size, y: y1 * size },
      radius: radius.map((value) => value * size),
      density,
      cortex: [1.6 * size],
      marrow: [0.3],
    }),
    fractureZone: undefined,
  }));
}

function clavicle(random: RandomStream, size: number): Bone {
  return tubularBone({
    name: "clavicle",
    from: { x: 14 * size, y: -58 * size },
    to: { x: -118 * size, y: (-58 + random.between(-14, 6)) * size },
    radius: [8, 6.6, 6, 6, 6.2, 7, 9].map((value) => value * size),
    bow: random.between(5, 10) * size,
    caps: [5, 5],
    fractureZone: [0.14, 0.55],
  });
}

function ribs(random: RandomStream, size: number): Bone[] {
  return [0, 1, 2, 3, 4].map((index) => ({
    ...tubularBone({
      name: `rib ${index + 2}`,
      from: { x: (-44 - random.between(0, 6)) * size, y: (-28 + index * 29) * size },
      to: { x: -150 * size, y: (-64 + index * 31) * size },
      radius: [4.6 * size, 5 * size],
      bow: -14 * size,
      density: 0.5,
    }),
    fractureZone: undefined,
  }));
}
