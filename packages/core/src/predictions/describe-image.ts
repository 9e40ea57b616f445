import type { BinaryLabel } from "../study/index.ts";
import { manifestStudyKey } from "../study/index.ts";
import type { PredictionRow } from "./prediction-row.ts";
import type { TargetDataset } from "./target-dataset.ts";

/** What is stored of an image, the archive's part of its facts left out. */
export interface ImageDescription {
  readonly studyKey: string;
  readonly patientKey: string | null;
  readonly bodyPart: string | null;
  readonly split: string | null;
  readonly label: BinaryLabel | null;
}

/** An image that only the predictions list. */
export function newImage({ objectKey, description }: PredictionRow): ImageDescription {
  const { study, patient, bodyPart, split, label } = description;
  return {
    studyKey: manifestStudyKey({ objectKey, patientKey: patient, study }),
    patientKey: patient,
    bodyPart,
    split,
    label,
  };
}

/**
 * A stored image with what the row says of it. Predictions that list their own images (layout external) correct what
 * was said before; of an archive's images they only supply a label the archive lacks. An empty cell changes nothing.
 */
export function describedImage(
  stored: ImageDescription,
  row: PredictionRow,
  layout: TargetDataset["layout"],
): ImageDescription {
  const { study, patient, bodyPart, split, label } = row.description;
  if (layout !== "external") return { ...stored, label: stored.label ?? label };
  const patientKey = patient ?? stored.patientKey;
  return {
    studyKey:
      study === null ? stored.studyKey : manifestStudyKey({ objectKey: row.objectKey, patientKey, study }),
    patientKey,
    bodyPart: bodyPart ?? stored.bodyPart,
    split: split ?? stored.split,
    label: label ?? stored.label,
  };
}

export function sameDescription(a: ImageDescription, b: ImageDescription): boolean {
  return (
    a.studyKey === b.studyKey &&
    a.patientKey === b.patientKey &&
    a.bodyPart === b.bodyPart &&
    a.split === b.split &&
    a.label === b.label
  );
}
