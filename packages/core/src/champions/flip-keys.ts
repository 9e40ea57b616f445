import type { Database } from "../db/index.ts";
import type { FlippedUnit } from "./pair-units.ts";

/** A flipped image, or study, by the key the archive knows it by. */
export interface KeyedFlip extends Omit<FlippedUnit, "unit"> {
  /** Object key of the image, or key of the study. */
  readonly key: string;
}

/** By key. An image that was deleted since has no key and is left out. */
export async function keyFlips({ pool }: Database, flipped: readonly FlippedUnit[]): Promise<KeyedFlip[]> {
  const ids = flipped.map(({ unit }) => unit).filter((unit) => typeof unit === "number");
  const { rows } = await pool.query<{ id: number; object_key: string }>(
    "select id, object_key from image where id = any ($1::bigint[])",
    [ids],
  );
  const keys = new Map(rows.map(({ id, object_key }) => [id, object_key]));
  return flipped
    .flatMap(({ unit, ...flip }) => {
      const key = typeof unit === "string" ? unit : keys.get(unit);
      return key === undefined ? [] : [{ key, ...flip }];
    })
    .toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
}
