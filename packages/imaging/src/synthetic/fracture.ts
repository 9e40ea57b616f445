import type { RandomStream } from "./random.ts";

export const FRACTURE_KINDS = ["transverse", "oblique", "spiral"] as const;
export type FractureKind = (typeof FRACTURE_KINDS)[number];

/** A break of one bone, in the bone's own coordinates so that every view of a study shows the same one. */
export interface Fracture {
  readonly bone: string;
  readonly kind: FractureKind;
  /** Place along the bone in [0, 1]. */
  readonly position: number;
  readonly displaced: boolean;
  /** Slope of the line: shift along the bone, in bone radii, from one cortex to the axis. */
  readonly slope: number;
  /** Width of the lucent line in pixels. */
  readonly gapPixels: number;
  /** Share of the bone's attenuation that the line takes away, in (0, 1]. */
  readonly depth: number;
  /** How far a hairline runs from one cortex towards the other: 2 crosses the bone. */
  readonly reach: number;
  /** Sideways step between the fragments, in bone radii. */
  readonly step: number;
  /** Angulation: sideways shift of the apex, in bone radii. */
  readonly apex: number;
  /** Overlap (positive) or distraction of the fragments, in bone radii. */
  readonly overlap: number;
  /** Heights of the jagged line at equal steps across the bone, in bone radii. */
  readonly jag: readonly number[];
}

export interface FracturePlace {
  readonly bone: string;
  readonly position: number;
}

/** Draws a fracture at a place; about two in three are displaced. */
export function drawFracture(random: RandomStream, place: FracturePlace): Fracture {
  const kind = random.pick(FRACTURE_KINDS);
  const displaced = random.chance(0.66);
  const side = random.chance(0.5) ? 1 : -1;
  const slopes = { transverse: [0, 0.25], oblique: [0.6, 1.3], spiral: [1.2, 1.9] } as const;
  const [low, high] = slopes[kind];
  const roughness = displaced ? 0.16 : 0.09;
  return {
    ...place,
    kind,
    displaced,
    slope: side * random.between(low, high),
    gapPixels: displaced ? random.between(3, 6) : random.between(2.4, 3.6),
    depth: displaced ? 1 : random.between(0.65, 0.95),
    reach: displaced ? 2 : random.between(1.3, 2),
    step: displaced ? side * random.between(0.22, 0.7) : 0,
    apex: displaced ? random.between(-0.4, 0.4) : 0,
    overlap: displaced ? random.between(-0.12, 0.22) : 0,
    jag: Array.from({ length: 9 }, () => random.between(-roughness, roughness)),
  };
}

/** Height of the line above its place, in bone radii; `across` in [-1, 1] from one cortex to the other. */
export function lineHeight(fracture: Fracture, across: number): number {
  const scaled = ((across + 1) / 2) * (fracture.jag.length - 1);
  const index = Math.min(Math.max(Math.floor(scaled), 0), fracture.jag.length - 2);
  const jag = fracture.jag[index]! + (fracture.jag[index + 1]! - fracture.jag[index]!) * (scaled - index);
  // A spiral line winds around the tube: steep in the middle, level at the cortex.
  const shape = fracture.kind === "spiral" ? across * (1.5 - 0.5 * across * across) : across;
  return fracture.slope * shape + jag;
}
