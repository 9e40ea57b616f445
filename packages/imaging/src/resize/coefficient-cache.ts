import { resampleCoefficients, type ResampleCoefficients } from "./resample-coefficients.ts";

/** Archives repeat few sizes (MURA: one side is 512); the longest tables are about 1 MB each. */
const MAX_ENTRIES = 64;

const cache = new Map<string, ResampleCoefficients>();

/** Coefficients from `inputSize` to `outputSize`, computed once for each pair lately used. */
export function cachedCoefficients(inputSize: number, outputSize: number): ResampleCoefficients {
  const key = `${inputSize}:${outputSize}`;
  const known = cache.get(key);
  const coefficients = known ?? resampleCoefficients(inputSize, outputSize);
  // Inserted anew at each use, so that the Map's first key is the one unused the longest.
  cache.delete(key);
  cache.set(key, coefficients);
  if (cache.size > MAX_ENTRIES) cache.delete(cache.keys().next().value!);
  return coefficients;
}
