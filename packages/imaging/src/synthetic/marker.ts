import type { RandomStream } from "./random.ts";

const GLYPHS = {
  L: ["10000", "10000", "10000", "10000", "10000", "10000", "11111"],
  R: ["11110", "10001", "10001", "11110", "10100", "10010", "10001"],
} as const;

interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Stamps a lead side marker near a corner. */
export function stampMarker(canvas: Canvas, side: "L" | "R", random: RandomStream): void {
  const glyph = GLYPHS[side];
  const scale = 3 + random.below(2);
  const level = 215 + random.below(40);
  const x = Math.round(canvas.width * (random.chance(0.5) ? 0.09 : 0.91) - 2.5 * scale);
  const y = Math.round(canvas.height * random.between(0.09, 0.2));
  glyph.forEach((row, rowIndex) => {
    for (let column = 0; column < row.length; column++) {
      if (row[column] === "1")
        fillBlock(canvas, { x: x + column * scale, y: y + rowIndex * scale, scale, level });
    }
  });
}

interface Block {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  readonly level: number;
}

function fillBlock({ width, height, data }: Canvas, { x, y, scale, level }: Block): void {
  for (let row = Math.max(y, 0); row < Math.min(y + scale, height); row++) {
    for (let column = Math.max(x, 0); column < Math.min(x + scale, width); column++) {
      const at = row * width + column;
      data[at] = Math.max(data[at]!, level);
    }
  }
}
