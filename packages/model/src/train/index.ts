export { trainLogisticHead, type LogisticHead, type LogisticHeadOptions } from "./logistic-head.ts";
export type { LabelledEmbeddings } from "./logistic-objective.ts";
export { embedImages, type EmbedOptions, type LabelledImage } from "./embed-images.ts";
