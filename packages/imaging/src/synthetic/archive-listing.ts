import type { Split } from "./archive-plan.ts";
import type { BodyPart, View } from "./anatomy/index.ts";
import type { Hardware } from "./hardware.ts";
import type { Box } from "./scene.ts";

export interface WrittenImage {
  /** Path below the root, "/" between its parts. */
  readonly key: string;
  readonly studyKey: string;
  readonly studyNumber: number;
  readonly patient: string;
  readonly bodyPart: BodyPart;
  readonly split: Split;
  readonly view: View;
  readonly label: 0 | 1;
  /** Where the crack shows; null in a negative image and in a view that hides it. */
  readonly box: Box | null;
  readonly hardware: Hardware;
  /** True for a file that was cut short or emptied on purpose. */
  readonly broken: boolean;
}

const ARCHIVE_NAME = "MURA-v1.1";

/** The four headless CSVs of MURA-v1.1 and a manifest with the boxes, by file name. */
export function archiveListings(images: readonly WrittenImage[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const split of ["train", "valid"] satisfies Split[]) {
    const own = images.filter((image) => image.split === split);
    files.set(`${split}_image_paths.csv`, lines(own.map((image) => `${ARCHIVE_NAME}/${image.key}`)));
    const studies = new Map(own.map((image) => [image.studyKey, image.label]));
    const labelled = [...studies].map(([study, label]) => `${ARCHIVE_NAME}/${study}/,${label}`);
    files.set(`${split}_labeled_studies.csv`, lines(labelled));
  }
  files.set("boxes.csv", lines([MANIFEST_HEADER, ...images.map(manifestRow)]));
  return files;
}

const MANIFEST_HEADER = "path,label,study,patient,body_part,split,view,hardware,boxes";

function manifestRow(image: WrittenImage): string {
  const boxes = image.broken ? "" : JSON.stringify(image.box === null ? [] : [image.box]);
  const hardware = image.hardware === "none" ? 0 : 1;
  return [
    image.key,
    image.label,
    `study${image.studyNumber}`,
    image.patient,
    `XR_${image.bodyPart}`,
    image.split,
    image.view,
    image.broken ? "" : hardware,
    boxes === "" ? "" : `"${boxes}"`,
  ].join(",");
}

function lines(rows: readonly string[]): string {
  return rows.map((row) => `${row}\n`).join("");
}
