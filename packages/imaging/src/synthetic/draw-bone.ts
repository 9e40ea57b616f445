import type { Bone } from "./bone.ts";
import type { Field } from "./field.ts";
import { lineHeight, type Fracture } from "./fracture.ts";
import { clamp, interpolate, type Projection } from "./geometry.ts";
import { sampleTexture } from "./texture.ts";

/** Attenuation per millimetre of compact bone. */
const BONE_PER_MM = 0.05;
const PROFILE_STEPS = 1024;

/** A bone laid out in the pixels of one image: an axis and radii along it. */
export interface PlacedBone {
  readonly bone: Bone;
  readonly start: { readonly x: number; readonly y: number };
  readonly axis: { readonly x: number; readonly y: number };
  readonly length: number;
  readonly bow: number;
  readonly pixelsPerMm: number;
}

export function placeBone(bone: Bone, projection: Projection): PlacedBone {
  const start = projection.toPixels(bone.from);
  const end = projection.toPixels(bone.to);
  const dx = end.x - start.x;
  const dy = end.y - start.y;
  const length = Math.sqrt(dx * dx + dy * dy);
  return {
    bone,
    start,
    axis: { x: dx / length, y: dy / length },
    length,
    bow: bone.bow * projection.pixelsPerMm,
    pixelsPerMm: projection.pixelsPerMm,
  };
}

/** The pixel at a place along a bone and a distance (pixels) sideways of its bent axis. */
export function pointOnBone(placed: PlacedBone, along: number, sideways: number): { x: number; y: number } {
  const t = along / placed.length;
  const across = sideways + placed.bow * 4 * t * (1 - t);
  return {
    x: placed.start.x + placed.axis.x * along - placed.axis.y * across,
    y: placed.start.y + placed.axis.y * along + placed.axis.x * across,
  };
}

interface Profile {
  readonly outer: Float64Array;
  readonly inner: Float64Array;
  readonly marrow: Float64Array;
  readonly widest: number;
}

function cap(distance: number, length: number): number {
  if (distance <= 0) return 0;
  if (length <= 0 || distance >= length) return 1;
  const rest = 1 - distance / length;
  return Math.sqrt(1 - rest * rest);
}

function sampleProfile({ bone, length, pixelsPerMm }: PlacedBone): Profile {
  const outer = new Float64Array(PROFILE_STEPS + 1);
  const inner = new Float64Array(PROFILE_STEPS + 1);
  const marrow = new Float64Array(PROFILE_STEPS + 1);
  let widest = 0;
  for (let i = 0; i <= PROFILE_STEPS; i++) {
    const t = i / PROFILE_STEPS;
    const cortex = interpolate(bone.cortex, t) * pixelsPerMm;
    const radius = interpolate(bone.radius, t) * pixelsPerMm;
    const fromStart = t * length;
    const fromEnd = length - fromStart;
    const [startCap, endCap] = [bone.caps[0] * pixelsPerMm, bone.caps[1] * pixelsPerMm];
    outer[i] = radius * Math.min(cap(fromStart, startCap), cap(fromEnd, endCap));
    const hollow = Math.min(cap(fromStart - cortex, startCap), cap(fromEnd - cortex, endCap));
    inner[i] = Math.max(radius - cortex, 0) * hollow;
    marrow[i] = interpolate(bone.marrow, t) * growthPlate(bone, t, length / pixelsPerMm);
    widest = Math.max(widest, outer[i]!);
  }
  return { outer, inner, marrow, widest };
}

/** Factor on the marrow at an open growth plate: a lucent band between two sclerotic lines. */
function growthPlate(bone: Bone, t: number, lengthMm: number): number {
  let factor = 1;
  for (const plate of bone.growthPlates) {
    const distance = Math.abs(t - plate) * lengthMm;
    if (distance < 1) factor *= 0.35;
    else if (distance < 2) factor *= 1.5;
  }
  return factor;
}

export interface DrawBoneOptions {
  readonly texture: Float32Array;
  readonly fracture: Fracture | undefined;
  /** Share of the fracture that shows in this view, in [0, 1]. */
  readonly visibility: number;
}

/** Adds the attenuation of one bone, in two fragments when it is broken through. */
export function drawBone(field: Field, placed: PlacedBone, options: DrawBoneOptions): void {
  const profile = sampleProfile(placed);
  const { fracture, visibility, texture } = options;
  const brush: Brush = { field, placed, profile, texture };
  if (fracture === undefined || visibility <= 0) return paint(brush, () => WHOLE);
  if (!fracture.displaced) return paint(brush, hairlineCut(placed, profile, { fracture, visibility }));
  for (const side of [-1, 1] as const) {
    paint(brush, fragmentCut(placed, profile, { fracture, visibility, side }));
  }
}

/** Where a pixel lies in the unbroken bone, and the share of the attenuation left there. */
interface Cut {
  along: number;
  across: number;
  share: number;
}
const WHOLE = undefined;
type CutAt = (along: number, across: number) => Cut | undefined;

interface Brush {
  readonly field: Field;
  readonly placed: PlacedBone;
  readonly profile: Profile;
  readonly texture: Float32Array;
}

interface BreakOptions {
  readonly fracture: Fracture;
  readonly visibility: number;
}

function radiusAt(placed: PlacedBone, profile: Profile, fracture: Fracture): number {
  return Math.max(profile.outer[Math.round(fracture.position * PROFILE_STEPS)] ?? 0, placed.pixelsPerMm);
}

function hairlineCut(placed: PlacedBone, profile: Profile, { fracture, visibility }: BreakOptions): CutAt {
  const radius = radiusAt(placed, profile, fracture);
  const centre = fracture.position * placed.length;
  const half = fracture.gapPixels / 2;
  const side = fracture.slope >= 0 ? 1 : -1;
  const cut: Cut = { along: 0, across: 0, share: 1 };
  const limit = radius * 4 + half;
  return (along, across) => {
    if (Math.abs(along - centre) > limit) return WHOLE;
    const position = clamp(across / radius, -1.05, 1.05);
    const distance = Math.abs(along - centre - radius * lineHeight(fracture, position));
    const line = clamp(half - distance + 0.5, 0, 1);
    const reach = clamp((fracture.reach - (position * side + 1)) * 4 + 1, 0, 1);
    cut.along = along;
    cut.across = across;
    cut.share = 1 - line * reach * fracture.depth * visibility;
    return cut;
  };
}

function fragmentCut(
  placed: PlacedBone,
  profile: Profile,
  { fracture, visibility, side }: BreakOptions & { side: -1 | 1 },
): CutAt {
  const radius = radiusAt(placed, profile, fracture);
  const { length } = placed;
  const centre = fracture.position * length;
  const sideways = (fracture.apex + (side * fracture.step) / 2) * radius * visibility;
  const lengthways = (fracture.overlap / 2) * radius * visibility * side;
  const half = (fracture.gapPixels / 2) * visibility;
  const cut: Cut = { along: 0, across: 0, share: 1 };
  return (along, across) => {
    // The joints stay where they are: the shift grows from the bone's end to the break.
    const lever = clamp(side < 0 ? along / centre : (length - along) / (length - centre), 0, 1.3);
    cut.along = along + lengthways * lever;
    cut.across = across - sideways * lever;
    const line = centre + radius * lineHeight(fracture, clamp(cut.across / radius, -1.05, 1.05));
    cut.share = clamp((cut.along - line) * side - half + 0.5, 0, 1);
    return cut;
  };
}

function paint({ field, placed, profile, texture }: Brush, cutAt: CutAt): void {
  const { start, axis, length, bow, pixelsPerMm, bone } = placed;
  const scale = (BONE_PER_MM * bone.density * 2) / pixelsPerMm;
  const bounds = boneBounds(placed, profile.widest * 2, field);
  for (let y = bounds.top; y < bounds.bottom; y++) {
    for (let x = bounds.left; x < bounds.right; x++) {
      const dx = x + 0.5 - start.x;
      const dy = y + 0.5 - start.y;
      let along = dx * axis.x + dy * axis.y;
      if (along <= 0 || along >= length) continue;
      const t = along / length;
      let across = dy * axis.x - dx * axis.y - bow * 4 * t * (1 - t);
      if (across > profile.widest * 2 || across < -profile.widest * 2) continue;
      const cut = cutAt(along, across);
      let share = scale;
      if (cut !== undefined) {
        if (cut.share <= 0 || cut.along <= 0 || cut.along >= length) continue;
        ({ along, across } = cut);
        share *= cut.share;
      }
      const step = Math.round((along / length) * PROFILE_STEPS);
      const outer = profile.outer[step]!;
      const squared = across * across;
      if (squared >= outer * outer) continue;
      const chord = Math.sqrt(outer * outer - squared);
      const inner = profile.inner[step]!;
      const hollow = inner * inner > squared ? Math.sqrt(inner * inner - squared) : 0;
      const spongy = profile.marrow[step]! * (1 + 0.2 * sampleTexture(texture, x, y));
      field.data[y * field.width + x]! += share * (chord - hollow + hollow * spongy);
    }
  }
}

function boneBounds(placed: PlacedBone, margin: number, { width, height }: Field) {
  const end = pointOnBone(placed, placed.length, 0);
  const reach = margin + Math.abs(placed.bow);
  return {
    left: Math.max(Math.floor(Math.min(placed.start.x, end.x) - reach), 0),
    right: Math.min(Math.ceil(Math.max(placed.start.x, end.x) + reach), width),
    top: Math.max(Math.floor(Math.min(placed.start.y, end.y) - reach), 0),
    bottom: Math.min(Math.ceil(Math.max(placed.start.y, end.y) + reach), height),
  };
}
