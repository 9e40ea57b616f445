import { HairlineError } from "@hairline/core/errors";
import { randomStream } from "./random.ts";

const SPLIT = 3;

export interface SplitRow {
  /** Patient, or study where patients are unknown: what must not lie on both sides. */
  readonly group: string;
  readonly label: 0 | 1;
  readonly bodyPart: string;
}

export interface SplitOptions {
  /** Share of the images to hold out. */
  readonly share: number;
  readonly seed: number;
}

/**
 * Holds out whole patients so that each stratum (label × body part, label, and all) is held out in the share asked for,
 * as nearly as patients allow. Patients come in random order, those with many images first, and each goes to the side
 * that leaves the patients so far closer to the share: so patients of every size are on both sides.
 *
 * @returns whether each row is held out
 * @throws HairlineError TOO_FEW_PATIENTS when a side would be without patients
 * @see Sechidis et al. 2011, On the stratification of multi-label data
 */
export function holdOutPatients(rows: readonly SplitRow[], { share, seed }: SplitOptions): boolean[] {
  const patients = byPatient(rows);
  const random = randomStream(seed, SPLIT);
  const order = [...patients]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, own]) => ({ group, own, place: random() }))
    .toSorted((a, b) => b.own.length - a.own.length || a.place - b.place);
  const held = new Set<string>();
  /** Images that the share asks to hold out of the patients so far, less those held out. */
  const missing = new Map<string, number>();
  for (const { group, own } of order) {
    const strata = countStrata(own);
    let gain = 0;
    for (const [stratum, count] of strata) {
      const owed = (missing.get(stratum) ?? 0) + share * count;
      missing.set(stratum, owed);
      gain += owed ** 2 - (owed - count) ** 2;
    }
    if (gain <= 0) continue;
    held.add(group);
    for (const [stratum, count] of strata) missing.set(stratum, missing.get(stratum)! - count);
  }
  if (held.size === 0 || held.size === patients.size)
    throw new HairlineError(
      "TOO_FEW_PATIENTS",
      `${patients.size} patients cannot be divided into two sides with ${share} of the images held out.`,
      { field: "validationShare", remedy: "Label more patients, or name a validation split." },
    );
  return rows.map(({ group }) => held.has(group));
}

function byPatient(rows: readonly SplitRow[]): Map<string, SplitRow[]> {
  const patients = new Map<string, SplitRow[]>();
  for (const row of rows) {
    const own = patients.get(row.group);
    if (own === undefined) patients.set(row.group, [row]);
    else own.push(row);
  }
  return patients;
}

function countStrata(rows: readonly SplitRow[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { label, bodyPart } of rows)
    for (const stratum of ["", `${label}`, `${label} ${bodyPart}`])
      counts.set(stratum, (counts.get(stratum) ?? 0) + 1);
  return counts;
}
