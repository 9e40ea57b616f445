/** Cohen's kappa with the majority of three radiologists, as published for MURA's test set of 207 studies. */
export interface MuraKappa {
  /** MURA's body part without its XR_ prefix, lower case; "overall" for all. */
  readonly bodyPart: string;
  /** The 169-layer DenseNet baseline. */
  readonly baseline: number;
  /** The lowest and the highest of three radiologists. */
  readonly radiologists: readonly [low: number, high: number];
}

/**
 * What kappas of MURA studies are set beside. Not the same studies: these are of the 207 hidden test studies, read
 * against three radiologists, whereas an archive's labels come from clinical reports. The baseline always decides, at
 * a mean probability of 0.5, and never abstains.
 *
 * The baseline's figures were checked against the unrounded ones of its entry on the authors' leaderboard (0.7098,
 * 0.3891, 0.7368, 0.8507, 0.6, 0.7285, 0.9308; overall 0.7052), as was the best radiologist's overall 0.778. The
 * radiologists' by body part are from the paper alone; its abstract's ranking of model and best radiologist fits them.
 *
 * @see Rajpurkar et al. 2017, arXiv:1712.06957, Table 2
 */
export const MURA_KAPPAS: readonly MuraKappa[] = Object.freeze<MuraKappa[]>([
  { bodyPart: "elbow", baseline: 0.71, radiologists: [0.71, 0.85] },
  { bodyPart: "finger", baseline: 0.389, radiologists: [0.304, 0.41] },
  { bodyPart: "forearm", baseline: 0.737, radiologists: [0.796, 0.802] },
  { bodyPart: "hand", baseline: 0.851, radiologists: [0.661, 0.927] },
  { bodyPart: "humerus", baseline: 0.6, radiologists: [0.733, 0.933] },
  { bodyPart: "shoulder", baseline: 0.729, radiologists: [0.791, 0.864] },
  { bodyPart: "wrist", baseline: 0.931, radiologists: [0.791, 0.931] },
  { bodyPart: "overall", baseline: 0.705, radiologists: [0.731, 0.778] },
]);

/** The published figures of a body part, written as MURA does ("XR_WRIST") or plainly; undefined for others. */
export function muraKappaOf(bodyPart: string): MuraKappa | undefined {
  const name = bodyPart.toLowerCase().replace(/^xr_/, "");
  return MURA_KAPPAS.find((each) => each.bodyPart === name);
}
