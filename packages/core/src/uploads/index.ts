export { abandonUpload, removeAbandonedUploads, type Abandoning } from "./abandon-upload.ts";
export { commitUpload, type UploadCommit } from "./commit-upload.ts";
export { placeImage, uploadObjectKey, type PlacedImage, type Placing } from "./place-image.ts";
export {
  changeUploadDataset,
  createUploadDataset,
  readUploadDataset,
  type NewUploadDataset,
  type UploadDataset,
} from "./upload-dataset.ts";
export {
  readUploadProgress,
  UPLOAD_STATES,
  type UploadProgress,
  type UploadState,
} from "./upload-progress.ts";
export {
  completeUploadedStudy,
  openUploadedStudy,
  readUploadTarget,
  type NewUploadedStudy,
  type UploadTarget,
} from "./uploaded-study.ts";
