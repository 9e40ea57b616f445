import type { Bone } from "./bone.ts";
import type { PlacedBone } from "./draw-bone.ts";
import { direction, travel, type Point } from "./geometry.ts";
import type { RandomStream } from "./random.ts";

export const HARDWARE = ["none", "cast", "plate"] as const;
export type Hardware = (typeof HARDWARE)[number];

/** A plate on a bone: which one and the stretch it covers, in [0, 1] along the bone. */
export interface Plate {
  readonly bone: string;
  readonly from: number;
  readonly to: number;
  readonly side: -1 | 1;
}

/** Chooses a shaft for a plate, before and independently of any fracture. */
export function choosePlate(random: RandomStream, bones: readonly PlacedBone[]): Plate | undefined {
  const shafts = bones.filter(({ bone }) => bone.fractureZone !== undefined);
  if (shafts.length === 0) return undefined;
  const { bone } = random.pick(shafts);
  const [low, high] = bone.fractureZone ?? [0, 1];
  const from = random.between(low, low + (high - low) * 0.5);
  return {
    bone: bone.name,
    from,
    to: Math.min(from + random.between(0.25, 0.4), high),
    side: random.chance(0.5) ? 1 : -1,
  };
}

function solid(name: string, ends: readonly [Point, Point], radius: number): Bone {
  return {
    name,
    from: ends[0],
    to: ends[1],
    bow: 0,
    radius: [radius],
    cortex: [radius],
    caps: [radius, radius],
    marrow: [1],
    density: 1,
    growthPlates: [],
    fractureZone: undefined,
  };
}

/** The metal of a plate and its screws, as solid tubes in millimetres. */
export function plateParts(bone: Bone, plate: Plate): Bone[] {
  const dx = bone.to.x - bone.from.x;
  const dy = bone.to.y - bone.from.y;
  const length = Math.sqrt(dx * dx + dy * dy);
  const radius = Math.min(...bone.radius);
  const at = (along: number, across: number): Point => {
    const bow = bone.bow * 4 * along * (1 - along);
    return {
      x: bone.from.x + dx * along - (dy / length) * (across + bow),
      y: bone.from.y + dy * along + (dx / length) * (across + bow),
    };
  };
  const seat = radius * 0.95 * plate.side;
  const metal = (name: string, ends: readonly [Point, Point], width: number): Bone => ({
    ...solid(name, ends, width),
    density: 6 / width,
  });
  const parts = [metal("plate", [at(plate.from, seat), at(plate.to, seat)], radius * 0.34)];
  const screws = 5;
  for (let i = 0; i < screws; i++) {
    const along = plate.from + ((i + 0.5) / screws) * (plate.to - plate.from);
    parts.push(
      metal("screw", [at(along, seat * 1.5), at(along, -radius * 1.15 * plate.side)], radius * 0.14),
    );
  }
  return parts;
}

export interface LineOptions {
  readonly centre: Point;
  readonly spreadMm: number;
  readonly bones: readonly PlacedBone[];
}

/**
 * What a naive line detector trips over: skin folds and vessels across the limb, and nutrient canals that run
 * obliquely in a shaft. Their streams know nothing of fractures.
 */
export function distractingLines(random: RandomStream, { centre, spreadMm, bones }: LineOptions): Bone[] {
  const lines: Bone[] = [];
  const folds = random.below(4);
  for (let i = 0; i < folds; i++) {
    const middle = {
      x: centre.x + random.between(-0.25, 0.25) * spreadMm,
      y: centre.y + random.between(-0.4, 0.4) * spreadMm,
    };
    const heading = random.between(0, 180);
    const half = random.between(0.06, 0.22) * spreadMm;
    const ends = [travel(middle, heading, -half), travel(middle, heading, half)] as const;
    const width = random.between(0.003, 0.008) * spreadMm;
    const fold = solid("fold", ends, width);
    lines.push({
      ...fold,
      caps: [half, half],
      bow: random.between(-0.25, 0.25) * half,
      density: random.between(-0.5, 0.7),
    });
  }
  const shafts = bones.filter(({ bone }) => bone.fractureZone !== undefined);
  if (shafts.length > 0 && random.chance(0.35)) lines.push(nutrientCanal(random, random.pick(shafts).bone));
  return lines;
}

function nutrientCanal(random: RandomStream, bone: Bone): Bone {
  const dx = bone.to.x - bone.from.x;
  const dy = bone.to.y - bone.from.y;
  const length = Math.sqrt(dx * dx + dy * dy);
  const along = random.between(0.35, 0.6);
  const tilt = direction(random.between(12, 28) * (random.chance(0.5) ? 1 : -1));
  const axis = { x: (dx * tilt.x - dy * tilt.y) / length, y: (dx * tilt.y + dy * tilt.x) / length };
  const half = length * random.between(0.025, 0.05);
  const centre = { x: bone.from.x + dx * along, y: bone.from.y + dy * along };
  const ends = [
    { x: centre.x - axis.x * half, y: centre.y - axis.y * half },
    { x: centre.x + axis.x * half, y: centre.y + axis.y * half },
  ] as const;
  return { ...solid("nutrient canal", ends, Math.min(...bone.radius) * 0.09), density: -0.8 };
}
