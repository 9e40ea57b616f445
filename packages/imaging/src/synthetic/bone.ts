import type { Point } from "./geometry.ts";

/**
 * A bone as a bent tube of cortex around marrow. Profiles are values at equal steps from `from` (0) to `to` (1),
 * in millimetres.
 */
export interface Bone {
  readonly name: string;
  readonly from: Point;
  readonly to: Point;
  /** Sideways bend of the axis at its middle. */
  readonly bow: number;
  readonly radius: readonly number[];
  /** Thickness of the cortex. */
  readonly cortex: readonly number[];
  /** Length of the rounded cap at each end. */
  readonly caps: readonly [number, number];
  /** Attenuation of spongy marrow relative to cortex, along the bone. */
  readonly marrow: readonly number[];
  /** Attenuation relative to a compact long bone; ribs and the scapula are thin. */
  readonly density: number;
  /** Places (in [0, 1]) of open growth plates. */
  readonly growthPlates: readonly number[];
  /** Where a fracture may lie, in [0, 1]; undefined for bones that only surround the region. */
  readonly fractureZone: readonly [number, number] | undefined;
}

/** Cortex thick in the shaft and thin over spongy ends, as in every tubular bone. */
const TUBULAR_CORTEX = [0.1, 0.14, 0.38, 0.48, 0.48, 0.38, 0.14, 0.1] as const;
const TUBULAR_MARROW = [0.34, 0.3, 0.2, 0.1, 0.1, 0.2, 0.3, 0.34] as const;

export type TubularOptions = Pick<Bone, "name" | "from" | "to" | "radius"> & Partial<Bone>;

/** A tubular bone; the cortex follows from the narrowest radius unless given. */
export function tubularBone(options: TubularOptions): Bone {
  const shaft = Math.min(...options.radius);
  const first = options.radius[0] ?? shaft;
  const last = options.radius.at(-1) ?? shaft;
  return {
    bow: 0,
    cortex: TUBULAR_CORTEX.map((share) => Math.max(share * shaft, 0.45)),
    caps: [first * 0.7, last * 0.7],
    marrow: TUBULAR_MARROW,
    density: 1,
    growthPlates: [],
    fractureZone: [0.14, 0.86],
    ...options,
  };
}

export interface BlockOptions {
  readonly name: string;
  readonly centre: Point;
  readonly axis: Point;
  readonly length: number;
  readonly radius: number;
}

/** A short bone (carpal): spongy inside a thin shell. */
export function blockBone({ name, centre, axis, length, radius }: BlockOptions): Bone {
  const half = length / 2;
  return {
    name,
    from: { x: centre.x - axis.x * half, y: centre.y - axis.y * half },
    to: { x: centre.x + axis.x * half, y: centre.y + axis.y * half },
    bow: 0,
    radius: [radius * 0.85, radius, radius * 0.96, radius * 0.85],
    cortex: [0.8],
    caps: [half * 0.75, half * 0.75],
    marrow: [0.3],
    density: 0.9,
    growthPlates: [],
    fractureZone: undefined,
  };
}
