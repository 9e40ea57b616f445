import { concat, pad, plus, slice } from "../arithmetic.ts";
import type { Tape } from "../tape.ts";
import { mapShape, type Value } from "../value.ts";

/** Rows (and columns) of a 3-window at stride 2: tap 1 falls on even places, taps 0 and 2 on odd ones. */
const TAPS = [0, 1, 2] as const;

/**
 * The gradient of a 3 × 3 max-pool at stride 2 without indices: for each tap, the gradient where that tap is the
 * window's first to equal its maximum. The taps of one parity are added, and the four parities interleaved.
 */
export function maskedGradient(
  tape: Tape,
  gradient: Value,
  { input, output }: { readonly input: Value; readonly output: Value },
): Value {
  const [, , height, width] = mapShape(output);
  const [, , inputHeight, inputWidth] = mapShape(input);
  // Below every value a map can have, so that the border never wins.
  const border = tape.scalar(-3.4e38);
  const padded = padWith(tape, input, {
    rows: 2 * height - inputHeight,
    columns: 2 * width - inputWidth,
    border,
  });
  const parities = new Map<string, Value>();
  let open: string | undefined;
  for (const row of TAPS)
    for (const column of TAPS) {
      const under = slice(tape, padded, {
        axes: [2, 3],
        starts: [row, column],
        ends: [row + 2 * height - 1, column + 2 * width - 1],
        steps: [2, 2],
      });
      const equal = tape.emit("Equal", [under, output], { shape: output.shape });
      const first = open === undefined ? equal : tape.emit("And", [equal, open], { shape: output.shape });
      const lost = tape.emit("Not", [equal], { shape: output.shape });
      open = open === undefined ? lost.name : tape.emit("And", [open, lost], { shape: output.shape }).name;
      const part = tape.emit("Where", [first, gradient, tape.scalar(0)], { shape: output.shape });
      const key = `${row === 1 ? 0 : 1}${column === 1 ? 0 : 1}`;
      const placed = shifted(tape, part, { up: row === 0, left: column === 0 });
      const known = parities.get(key);
      parities.set(key, known === undefined ? placed : plus(tape, known, placed));
    }
  return interleaved(
    tape,
    ["00", "01", "10", "11"].map((key) => parities.get(key) as Value),
    input,
  );
}

/** Tap 0 of a window belongs to the odd place of the window before it. */
function shifted(tape: Tape, value: Value, { up, left }: { up: boolean; left: boolean }): Value {
  if (!up && !left) return value;
  const [, , height, width] = mapShape(value);
  const kept = slice(tape, value, {
    axes: [2, 3],
    starts: [up ? 1 : 0, left ? 1 : 0],
    ends: [height, width],
    steps: [1, 1],
  });
  return pad(tape, kept, [0, 0, 0, 0, 0, 0, up ? 1 : 0, left ? 1 : 0]);
}

/** Even and odd rows and columns put in turn; the last one is cut off where the input has an odd side. */
function interleaved(tape: Tape, parities: readonly Value[], input: Value): Value {
  const [count, channels, height, width] = mapShape(input);
  const stacked = concat(tape, parities, 1);
  const full = tape.emit("DepthToSpace", [stacked], {
    shape: [count, channels, 2 * Math.ceil(height / 2), 2 * Math.ceil(width / 2)],
    attributes: { blocksize: 2, mode: { text: "DCR" } },
  });
  if (height % 2 === 0 && width % 2 === 0) return full;
  return slice(tape, full, { axes: [2, 3], starts: [0, 0], ends: [height, width], steps: [1, 1] });
}

/** One row and column of border before the map, and behind it as many as the last window reaches. */
function padWith(
  tape: Tape,
  value: Value,
  { rows, columns, border }: { rows: number; columns: number; border: Value },
): Value {
  const [count, channels, height, width] = mapShape(value);
  const pads = [0, 0, 1, 1, 0, 0, 1 + rows, 1 + columns];
  return tape.emit("Pad", [value, tape.integers(pads), border], {
    shape: [count, channels, height + 2 + rows, width + 2 + columns],
  });
}
