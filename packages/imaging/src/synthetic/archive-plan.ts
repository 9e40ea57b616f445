import { BODY_PARTS, VIEWS, type BodyPart, type View } from "./anatomy/index.ts";
import { RandomStream } from "./random.ts";

export const SPLITS = ["train", "valid"] as const;
export type Split = (typeof SPLITS)[number];

export interface ArchiveOptions {
  readonly seed: number | string;
  /** Studies to write, 1 to 100,000. */
  readonly studies: number;
  /** Share of patients in the valid split, in [0, 1]; 0.3 unless given. */
  readonly validShare?: number;
  /** Share of studies with a fracture, in [0, 1]; 0.45 unless given. */
  readonly positiveShare?: number;
  /** Which body parts, in turn; all seven of MURA unless given. */
  readonly bodyParts?: readonly BodyPart[];
  /** Longer side of every image in pixels; 512, as most of MURA, unless given. */
  readonly longSide?: number;
  /** Unreadable files (cut short or empty) to add to the studies; 0 unless given. */
  readonly brokenFiles?: number;
}

export interface PlannedStudy {
  readonly split: Split;
  readonly bodyPart: BodyPart;
  /** patientNNNNN, as MURA names its folders. */
  readonly patient: string;
  readonly number: number;
  readonly fractured: boolean;
  readonly views: readonly View[];
  readonly seed: string;
}

/**
 * Lists the studies of an archive. A patient has one or two studies of one part and lies in one split; label,
 * number of views and everything about the picture come from separate draws.
 */
export function planStudies(options: ArchiveOptions): PlannedStudy[] {
  const root = new RandomStream(options.seed);
  const parts = options.bodyParts ?? BODY_PARTS;
  const patients = root.stream("patients");
  const labels = root.stream("labels");
  const views = root.stream("views");
  const planned: PlannedStudy[] = [];
  for (let patient = 1; planned.length < options.studies; patient++) {
    const bodyPart = parts[(patient - 1) % parts.length] ?? "WRIST";
    const split = inValid(patient, parts.length, options.validShare ?? 0.3) ? "valid" : "train";
    const name = `patient${String(patient).padStart(5, "0")}`;
    const count = patients.chance(0.15) ? 2 : 1;
    for (let number = 1; number <= count && planned.length < options.studies; number++) {
      planned.push({
        split,
        bodyPart,
        patient: name,
        number,
        fractured: labels.chance(options.positiveShare ?? 0.45),
        views: VIEWS.slice(0, drawViewCount(views)),
        seed: `${options.seed}/${name}/${number}`,
      });
    }
  }
  return planned;
}

/** Spreads the valid patients evenly through each body part's. */
function inValid(patient: number, parts: number, share: number): boolean {
  const round = Math.floor((patient - 1) / parts);
  return Math.floor((round + 1) * share + 1e-9) > Math.floor(round * share + 1e-9);
}

function drawViewCount(random: RandomStream): number {
  const draw = random.uniform();
  return draw < 0.45 ? 1 : draw < 0.85 ? 2 : 3;
}
