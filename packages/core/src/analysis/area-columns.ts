/** The area columns of a row. Columns rather than one array, since the driver parses arrays several times slower. */
export interface AreaColumns {
  readonly area_1: number | null;
  readonly area_2: number | null;
  readonly area_3: number | null;
  readonly area_4: number | null;
  readonly area_5: number | null;
  readonly area_6: number | null;
  readonly area_7: number | null;
  readonly area_8: number | null;
}

const NAMES = ["area_1", "area_2", "area_3", "area_4", "area_5", "area_6", "area_7", "area_8"] as const;

/** @param column 1 to 8 */
export function areaOf(row: AreaColumns, column: number): number | null {
  const name = NAMES[column - 1];
  return name === undefined ? null : row[name];
}

/** The first `count` of them. */
export function areasOf(row: AreaColumns, count: number): (number | null)[] {
  return NAMES.slice(0, count).map((name) => row[name]);
}
