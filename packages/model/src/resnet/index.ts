export { basicBlocks, camSide, EMBEDDING_LENGTH, resnetShapes } from "./architecture.ts";
export type { BasicBlock, ResnetArchitecture } from "./architecture.ts";
export { buildResnetGraph } from "./build-graph.ts";
export { foldBatchNorm } from "./fold-batch-norm.ts";
export type { FoldedConvolution } from "./fold-batch-norm.ts";
export { GRAPH_INPUT, GRAPH_OUTPUTS, PRECISIONS } from "./graph-interface.ts";
export type { Precision } from "./graph-interface.ts";
export { identifyResnet, requireScorer } from "./identify.ts";
export type { ResnetWeights } from "./identify.ts";
