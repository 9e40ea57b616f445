/** A point or direction in millimetres (anatomy) or pixels (image); x to the right, y downwards. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * The unit vector at an angle in degrees, 0 to the right, 90 downwards. Taylor series on [-45, 45] degrees and
 * quadrant swaps: Math.sin may differ by an ulp between engines, and the pictures must not.
 */
export function direction(degrees: number): Point {
  const quadrant = Math.round(degrees / 90);
  const x = (degrees - quadrant * 90) * 0.017453292519943295;
  const q = x * x;
  const sine = x * (1 - (q / 6) * (1 - (q / 20) * (1 - (q / 42) * (1 - q / 72))));
  const cosine = 1 - (q / 2) * (1 - (q / 12) * (1 - (q / 30) * (1 - (q / 56) * (1 - q / 90))));
  switch (((quadrant % 4) + 4) % 4) {
    case 0:
      return { x: cosine, y: sine };
    case 1:
      return { x: -sine, y: cosine };
    case 2:
      return { x: -cosine, y: -sine };
    default:
      return { x: sine, y: -cosine };
  }
}

/** The point at a distance from another along a heading in degrees. */
export function travel(from: Point, degrees: number, distance: number): Point {
  const step = direction(degrees);
  return { x: from.x + step.x * distance, y: from.y + step.y * distance };
}

export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** 0 below 0, 1 above 1, and a cubic without kinks between. */
export function smoothstep(value: number): number {
  const t = clamp(value, 0, 1);
  return t * t * (3 - 2 * t);
}

/** A curve through equally spaced values, flat at each of them; position in [0, 1]. */
export function interpolate(values: readonly number[], position: number): number {
  const last = values.length - 1;
  const scaled = clamp(position, 0, 1) * last;
  const index = Math.min(Math.floor(scaled), Math.max(last - 1, 0));
  const from = values[index] ?? 0;
  const to = values[Math.min(index + 1, last)] ?? from;
  return from + (to - from) * smoothstep(scaled - index);
}

/** Millimetres of the anatomy to pixels of the image: rotation, scale and shift. */
export interface Projection {
  readonly pixelsPerMm: number;
  readonly width: number;
  readonly height: number;
  toPixels(point: Point): Point;
}

export interface ProjectionOptions {
  readonly width: number;
  readonly height: number;
  readonly pixelsPerMm: number;
  /** The point of the anatomy in the middle of the image. */
  readonly centre: Point;
  readonly rotationDegrees: number;
  readonly mirrored: boolean;
}

export function createProjection(options: ProjectionOptions): Projection {
  const { width, height, pixelsPerMm, centre } = options;
  const axis = direction(options.rotationDegrees);
  const side = options.mirrored ? -1 : 1;
  return {
    pixelsPerMm,
    width,
    height,
    toPixels({ x, y }) {
      const dx = (x - centre.x) * side * pixelsPerMm;
      const dy = (y - centre.y) * pixelsPerMm;
      return { x: width / 2 + dx * axis.x - dy * axis.y, y: height / 2 + dx * axis.y + dy * axis.x };
    },
  };
}
