export { pageImages, type ImageQuery, type ListedImage } from "./image-page.ts";
export { pageImports, type ListedImport } from "./import-page.ts";
export { resolveListing, type ListingReading, type ListingScope } from "./listing-scope.ts";
export { pageQuarantine, type QuarantinedImage, type QuarantineQuery } from "./quarantine-page.ts";
export { pageRuns, type ListedRun, type RunQuery } from "./run-page.ts";
export { pageStudies, type ListedStudy, type StudyQuery } from "./study-page.ts";
