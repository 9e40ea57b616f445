import { HairlineError } from "../errors.ts";
import { quote } from "./cell.ts";
import { isHiddenName } from "./image-file.ts";
import type { BinaryLabel, ImageRecord } from "./image-record.ts";

/**
 * A study of MURA-v1.1 as its folder names it.
 * @see Rajpurkar et al. 2018, arXiv:1712.06957
 */
export interface MuraStudy {
  /** What stands before the split, "MURA-v1.1" in the archive's own CSVs; "" when the path starts at the split. */
  readonly archive: string;
  readonly split: "train" | "valid";
  /** As written, "XR_WRIST". */
  readonly bodyPart: string;
  /** As written, "patient00006". */
  readonly patient: string;
  readonly study: number;
  readonly label: BinaryLabel;
}

export interface MuraImage extends MuraStudy {
  /** The m of image<m>.png. */
  readonly image: number;
  /** As written; "png" in MURA itself, others in converted copies. */
  readonly extension: string;
}

const STUDY =
  String.raw`(?:(?<archive>.+)/)?(?<split>train|valid)/(?<bodyPart>XR_[A-Z]+)/(?<patient>patient\d{1,12})` +
  String.raw`/study(?<study>0|[1-9]\d{0,8})_(?<label>positive|negative)`;
const STUDY_PATH = new RegExp(`^${STUDY}/?$`);
const EXTENSION = "[Pp][Nn][Gg]|[Jj][Pp][Ee]?[Gg]|[Tt][Ii][Ff][Ff]?";
const IMAGE_PATH = new RegExp(
  String.raw`^${STUDY}/image(?<image>0|[1-9]\d{0,8})\.(?<extension>${EXTENSION})$`,
);

/**
 * Split, body part, patient, study number and label of an image path in MURA's layout. formatMuraImage is its
 * inverse on every path it takes.
 * @throws HairlineError ROW_INVALID when the path is not of the layout
 */
export function parseMuraImage(path: string): MuraImage {
  const groups = IMAGE_PATH.exec(path)?.groups;
  if (groups === undefined) {
    throw notMura(path, "{train,valid}/XR_<PART>/patient<digits>/study<k>_{positive,negative}/image<m>.png");
  }
  return { ...studyOf(groups), image: Number(groups["image"]), extension: groups["extension"] ?? "" };
}

/**
 * The same of a study's folder; a closing "/" is allowed.
 * @throws HairlineError ROW_INVALID when the path is not of the layout
 */
export function parseMuraStudy(path: string): MuraStudy {
  const groups = STUDY_PATH.exec(path)?.groups;
  if (groups === undefined) {
    throw notMura(path, "{train,valid}/XR_<PART>/patient<digits>/study<k>_{positive,negative}/");
  }
  return studyOf(groups);
}

/** Whether a path is of MURA's layout as an image or a study folder. */
export function isMuraPath(path: string): boolean {
  return STUDY_PATH.test(path) || IMAGE_PATH.test(path);
}

/** The study's folder below the archive's root. */
export function muraStudyKey(study: MuraStudy): string {
  const label = study.label === 1 ? "positive" : "negative";
  return `${study.split}/${study.bodyPart}/${study.patient}/study${study.study}_${label}`;
}

export function formatMuraImage(image: MuraImage): string {
  const key = `${muraStudyKey(image)}/image${image.image}.${image.extension}`;
  return image.archive === "" ? key : `${image.archive}/${key}`;
}

/** What the path says of the image; the label is the study's. */
export function muraImageRecord(image: MuraImage): ImageRecord {
  const studyKey = muraStudyKey(image);
  return {
    objectKey: `${studyKey}/image${image.image}.${image.extension}`,
    studyKey,
    patientKey: image.patient,
    bodyPart: image.bodyPart,
    split: image.split,
    label: image.label,
    view: null,
    hardware: null,
    boxes: null,
  };
}

/** Whether any part of the path is hidden, as the "._image1.png" that macOS left in some MURA copies. */
export function hasHiddenPart(path: string): boolean {
  return path.split("/").some(isHiddenName);
}

function studyOf(groups: Record<string, string>): MuraStudy {
  return {
    archive: groups["archive"] ?? "",
    split: groups["split"] === "train" ? "train" : "valid",
    bodyPart: groups["bodyPart"] ?? "",
    patient: groups["patient"] ?? "",
    study: Number(groups["study"]),
    label: groups["label"] === "positive" ? 1 : 0,
  };
}

function notMura(path: string, layout: string): HairlineError {
  return new HairlineError("ROW_INVALID", `${quote(path)} is not of MURA's layout, ${layout}`, {
    field: "path",
  });
}
