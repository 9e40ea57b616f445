/** 1 fracture, 0 none. */
export type BinaryLabel = 0 | 1;

/** [x0, y0, x1, y1] in pixels of the stored image; x1 > x0 and y1 > y0. */
export type Box = readonly [number, number, number, number];

/** What an archive says of one radiograph. null is unknown. Keys are as the archive's layout gives them. */
export interface ImageRecord {
  /** Path below the archive's root, "/" between its parts. */
  readonly objectKey: string;
  readonly studyKey: string;
  readonly patientKey: string | null;
  readonly bodyPart: string | null;
  readonly split: string | null;
  readonly label: BinaryLabel | null;
  readonly view: string | null;
  /** True when plates, screws or a cast are in the picture. */
  readonly hardware: boolean | null;
  /** Known lesions; [] says that there are none, null that nobody looked. */
  readonly boxes: readonly Box[] | null;
}

/** An image of which only the path is known: a study by itself. */
export function unlabelledImage(objectKey: string): ImageRecord {
  return {
    objectKey,
    studyKey: objectKey,
    patientKey: null,
    bodyPart: null,
    split: null,
    label: null,
    view: null,
    hardware: null,
    boxes: null,
  };
}
