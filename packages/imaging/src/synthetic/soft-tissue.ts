import { addUpsampled, boxBlur, createField, type Field } from "./field.ts";
import type { Point, Projection } from "./geometry.ts";

const TISSUE_PER_MM = 0.013;
const COARSE = 4;

/** A tapered capsule of soft tissue, in millimetres. */
export interface Capsule {
  readonly from: Point;
  readonly to: Point;
  readonly fromRadius: number;
  readonly toRadius: number;
  /** Thickness along the beam relative to the width; 1 is round. */
  readonly depth: number;
}

/**
 * Squared half-thickness (pixels²) of the union of capsules, on cells of COARSE pixels: soft tissue has no sharp
 * edge, so a quarter of the resolution is enough and the blur is cheap.
 */
function squaredThickness(field: Field, capsules: readonly Capsule[], projection: Projection): Field {
  const cells = createField(Math.ceil(field.width / COARSE) + 2, Math.ceil(field.height / COARSE) + 2);
  for (const capsule of capsules) {
    const a = projection.toPixels(capsule.from);
    const b = projection.toPixels(capsule.to);
    const dx = b.x - a.x;
    const dy = b.y - a.y;
    const lengthSquared = dx * dx + dy * dy || 1;
    const from = capsule.fromRadius * projection.pixelsPerMm;
    const grow = capsule.toRadius * projection.pixelsPerMm - from;
    for (let y = 0; y < cells.height; y++) {
      for (let x = 0; x < cells.width; x++) {
        const px = (x + 0.5) * COARSE - a.x;
        const py = (y + 0.5) * COARSE - a.y;
        const t = Math.min(Math.max((px * dx + py * dy) / lengthSquared, 0), 1);
        const ex = px - t * dx;
        const ey = py - t * dy;
        const radius = from + grow * t;
        const value = (radius * radius - ex * ex - ey * ey) * capsule.depth * capsule.depth;
        const at = y * cells.width + x;
        if (value > cells.data[at]!) cells.data[at] = value;
      }
    }
  }
  return cells;
}

/** Adds the attenuation of soft tissue, its outline softened by a few millimetres. */
export function drawSoftTissue(field: Field, capsules: readonly Capsule[], projection: Projection): void {
  const cells = squaredThickness(field, capsules, projection);
  boxBlur(cells, 1);
  const scale = (2 * TISSUE_PER_MM) / projection.pixelsPerMm;
  for (let i = 0; i < cells.data.length; i++) cells.data[i] = Math.sqrt(cells.data[i]!) * scale;
  boxBlur(cells, 1);
  addUpsampled(field, cells, COARSE);
}

/** Adds a plaster shell around the limb: the outer hull less the hull of the limb itself. */
export function drawCast(field: Field, capsules: readonly Capsule[], projection: Projection): void {
  const hull = (grow: number): Field =>
    squaredThickness(
      field,
      capsules.map((capsule) => ({
        ...capsule,
        fromRadius: capsule.fromRadius + grow,
        toRadius: capsule.toRadius + grow,
      })),
      projection,
    );
  const inner = hull(3);
  const outer = hull(9);
  const scale = 0.02 / projection.pixelsPerMm;
  for (let i = 0; i < outer.data.length; i++) {
    outer.data[i] = (Math.sqrt(outer.data[i]!) - Math.sqrt(inner.data[i]!)) * 2 * scale;
  }
  addUpsampled(field, outer, COARSE);
}
