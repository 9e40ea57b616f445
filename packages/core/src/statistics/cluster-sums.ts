import { HairlineError } from "../errors.ts";
import { checkSameLength } from "./check.ts";

/** Distinct vectors of per-cluster sums and how many clusters have each: all a bootstrap of sums needs. */
export interface ClusterSums {
  /** Sums per cluster. */
  readonly width: number;
  readonly clusterCount: number;
  /** shape [types, width], row-major. */
  readonly types: Float64Array;
  /** shape [types]; clusters with that vector, summing to clusterCount. */
  readonly multiplicity: Float64Array;
}

/** Numbers the distinct keys 0, 1, ... in order of first appearance. */
export function numberClusters(keys: ArrayLike<number | string>): { of: Uint32Array; count: number } {
  const numbers = new Map<number | string, number>();
  const of = new Uint32Array(keys.length);
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at]!;
    let number = numbers.get(key);
    if (number === undefined) numbers.set(key, (number = numbers.size));
    of[at] = number;
  }
  return { of, count: numbers.size };
}

/**
 * Adds each column up within each cluster, and merges clusters with equal sums: 100,000 images with five counts each
 * come down to some hundred types. O(n).
 *
 * @param clusters shape [n]; the patient (or study) of each row, any numbers or strings
 * @param columns each of shape [n]; finite, such as 0/1 flags of tp, fp, tn, fn and inconclusive
 * @throws HairlineError BAD_SHAPE when lengths differ or a value is not finite
 */
export function sumByCluster(
  clusters: ArrayLike<number | string>,
  columns: readonly ArrayLike<number>[],
): ClusterSums {
  const width = columns.length;
  const { of, count } = numberClusters(clusters);
  const sums = new Float64Array(count * width);
  columns.forEach((column, place) => {
    checkSameLength("columns", column.length, clusters.length);
    for (let row = 0; row < column.length; row++) sums[of[row]! * width + place]! += column[row]!;
  });
  if (!sums.every(Number.isFinite)) {
    throw new HairlineError("BAD_SHAPE", "A value to add up is not finite.", { field: "columns" });
  }
  return mergeTypes(sums, width, count);
}

function mergeTypes(sums: Float64Array, width: number, clusterCount: number): ClusterSums {
  const places = new Map<string, number>();
  const multiplicity: number[] = [];
  const types: number[] = [];
  for (let cluster = 0; cluster < clusterCount; cluster++) {
    const vector = sums.subarray(cluster * width, (cluster + 1) * width);
    const key = vector.join();
    const place = places.get(key);
    if (place === undefined) {
      places.set(key, multiplicity.length);
      multiplicity.push(1);
      for (const value of vector) types.push(value);
    } else {
      multiplicity[place]! += 1;
    }
  }
  return {
    width,
    clusterCount,
    types: Float64Array.from(types),
    multiplicity: Float64Array.from(multiplicity),
  };
}
