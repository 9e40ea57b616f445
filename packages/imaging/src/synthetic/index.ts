export { BODY_PARTS, VIEWS, type BodyPart, type View } from "./anatomy/index.ts";
export { FRACTURE_KINDS, type Fracture, type FractureKind } from "./fracture.ts";
export { HARDWARE, type Hardware } from "./hardware.ts";
export { generateRadiograph, type Radiograph, type RadiographOptions } from "./radiograph.ts";
export type { Box } from "./scene.ts";
export { SPLITS, type ArchiveOptions, type Split } from "./archive-plan.ts";
export { writeSyntheticArchive, type WriteArchiveOptions, type WrittenArchive } from "./write-archive.ts";
export type { WrittenImage } from "./archive-listing.ts";
