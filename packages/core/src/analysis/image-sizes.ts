import { loadSql, type Database } from "../db/index.ts";
import { type ErrorCode, isHairlineError } from "../errors.ts";
import type { Size } from "../localisation/index.ts";
import { filterParams, type ImageFilter, type ReadingScope } from "../readings/scope.ts";

export interface SizeRequest {
  readonly database: Database;
  readonly scope: ReadingScope;
  readonly filter: ImageFilter | undefined;
  /** The size of an image as decoded. @throws HairlineError when its file cannot be read */
  readonly readSize: (objectKey: string) => Promise<Size>;
  readonly signal?: AbortSignal | undefined;
}

/** An image whose size could not be read, and why. */
export interface UnsizedImage {
  readonly objectKey: string;
  readonly code: ErrorCode;
  readonly message: string;
}

const BATCH = 500;

/**
 * Reads, and stores for the next time, the sizes of scored images with boxes that have none.
 *
 * @returns images whose file could not be read; they stay without a size
 */
export async function fillImageSizes(request: SizeRequest): Promise<UnsizedImage[]> {
  const { database, scope, filter } = request;
  const { rows } = await database.pool.query<{ id: number; object_key: string }>(loadSql("unsized-images"), [
    scope.datasetId,
    scope.modelId,
    ...filterParams(filter),
  ]);
  const unsized: UnsizedImage[] = [];
  for (let start = 0; start < rows.length; start += BATCH) {
    const sized: { id: number; size: Size }[] = [];
    for (const { id, object_key: objectKey } of rows.slice(start, start + BATCH)) {
      request.signal?.throwIfAborted();
      const size = await request.readSize(objectKey).catch((error: unknown): UnsizedImage => {
        if (!isHairlineError(error)) throw error;
        return { objectKey, code: error.code, message: error.message };
      });
      if ("code" in size) unsized.push(size);
      else sized.push({ id, size });
    }
    await storeSizes(database, sized);
  }
  return unsized;
}

async function storeSizes(
  { pool }: Database,
  sized: readonly { readonly id: number; readonly size: Size }[],
): Promise<void> {
  await pool.query(
    `update image set width = given.width, height = given.height
     from unnest($1::bigint[], $2::int[], $3::int[]) as given (id, width, height)
     where image.id = given.id`,
    [sized.map(({ id }) => id), sized.map(({ size }) => size.width), sized.map(({ size }) => size.height)],
  );
}
