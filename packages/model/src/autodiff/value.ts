/** A float32 value of the graph, by name, with the shape it has in every run. */
export interface Value {
  readonly name: string;
  /** Sizes of the axes; `[]` is a scalar. */
  readonly shape: readonly number[];
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The sizes of a batch of maps. */
export function mapShape({ shape }: Value): readonly [count: number, channels: number, h: number, w: number] {
  const [count = 1, channels = 1, height = 1, width = 1] = shape;
  return [count, channels, height, width];
}
