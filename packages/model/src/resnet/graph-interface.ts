/** Names of the graph's input and outputs, the contract with every engine. */
export const GRAPH_INPUT = "image";
export const GRAPH_OUTPUTS = { logit: "logit", cam: "cam", embedding: "embedding" } as const;

/** Number format of the trunk's weights and maps; input, head and outputs are the same in all. */
export const PRECISIONS = ["fp32", "fp16", "int8"] as const;
export type Precision = (typeof PRECISIONS)[number];
