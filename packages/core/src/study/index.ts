export { parseBoxes, MAX_BOXES } from "./boxes.ts";
export { MAX_TEXT_BYTES, parseBoolean, parseLabel, parseText } from "./cell.ts";
export { datasetNameFrom, manifestDatasetName, parseDatasetName } from "./dataset-name.ts";
export { fileNameOf, isHiddenName, isImageFileName } from "./image-file.ts";
export { unlabelledImage, type BinaryLabel, type Box, type ImageRecord } from "./image-record.ts";
export {
  isManifestHeader,
  MANIFEST_FIELDS,
  resolveManifestColumns,
  type ColumnMapping,
  type ManifestColumns,
  type ManifestField,
} from "./manifest-columns.ts";
export { manifestStudyKey, parseManifestRow } from "./manifest-row.ts";
export {
  formatMuraImage,
  hasHiddenPart,
  isMuraPath,
  muraImageRecord,
  muraStudyKey,
  parseMuraImage,
  parseMuraStudy,
  type MuraImage,
  type MuraStudy,
} from "./mura-path.ts";
export { isMuraRow, parseMuraRow, type MuraRow } from "./mura-row.ts";
export { checkObjectKey, MAX_OBJECT_KEY_BYTES, parseObjectKey, pathOutsideRoot } from "./object-key.ts";
