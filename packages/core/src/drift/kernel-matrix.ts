/** Points of one length, row by row. */
export interface Points {
  /** shape [count, dimensions] */
  readonly values: Float32Array;
  readonly dimensions: number;
}

export function countOfPoints({ values, dimensions }: Points): number {
  return values.length / dimensions;
}

/** Squared distances of every two rows of both, the first's rows first; shape [n + m, n + m]. */
export function squaredDistances(first: Points, second: Points): Float64Array {
  const { dimensions } = first;
  const all = new Float32Array(first.values.length + second.values.length);
  all.set(first.values);
  all.set(second.values, first.values.length);
  const count = all.length / dimensions;
  const distances = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let a = i * dimensions, b = j * dimensions; b < (j + 1) * dimensions; a++, b++) {
        const difference = all[a]! - all[b]!;
        sum += difference * difference;
      }
      distances[i * count + j] = sum;
      distances[j * count + i] = sum;
    }
  }
  return distances;
}

/** The median of the squared distances of every two rows; their mean where it is 0; 0 when all rows are equal. */
export function medianSquaredDistance(distances: Float64Array, count: number): number {
  const pairs = new Float64Array((count * (count - 1)) / 2);
  let at = 0;
  for (let i = 1; i < count; i++) {
    pairs.set(distances.subarray(i * count, i * count + i), at);
    at += i;
  }
  pairs.sort();
  const half = pairs.length >> 1;
  const median = pairs.length % 2 === 1 ? pairs[half]! : (pairs[half - 1]! + pairs[half]!) / 2;
  if (median > 0) return median;
  return pairs.reduce((sum, distance) => sum + distance, 0) / Math.max(1, pairs.length);
}

/** exp(-d / (2 bandwidth)) of squared distances, in place, with 0 on the diagonal: a pair is of two different rows. */
export function gaussianKernel(distances: Float64Array, count: number, bandwidth: number): Float64Array {
  for (let at = 0; at < distances.length; at++) {
    distances[at] = bandwidth === 0 ? 1 : Math.exp(-distances[at]! / (2 * bandwidth));
  }
  for (let i = 0; i < count; i++) distances[i * count + i] = 0;
  return distances;
}
