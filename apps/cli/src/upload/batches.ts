/** Below the API's own bounds, so that a fault on the way repeats little. */
export const BATCH_LIMITS = { files: 100, bytes: 128 * 1024 ** 2 } as const;

/** Files in their order, as requests: each of at most so many files and bytes, or of one file that is larger. */
export function batchesOf<File extends { readonly byteSize: number }>(
  files: readonly File[],
  limits: { readonly files: number; readonly bytes: number } = BATCH_LIMITS,
): File[][] {
  const batches: File[][] = [];
  let bytes = 0;
  for (const file of files) {
    const last = batches.at(-1);
    const fits = last !== undefined && last.length < limits.files && bytes + file.byteSize <= limits.bytes;
    if (fits) last.push(file);
    else batches.push([file]);
    bytes = (fits ? bytes : 0) + file.byteSize;
  }
  return batches;
}
