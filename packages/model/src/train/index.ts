export { trainLogisticHead, type LogisticHead, type LogisticHeadOptions } from "./logistic-head.ts";
export type { LabelledEmbeddings } from "./logistic-objective.ts";
