export { readEmbedding } from "./embedding.ts";
export { listsImages, selectStrata, takesAll, type FactFilter } from "./fact-filter.ts";
export { filterLiteral } from "./filter-literal.ts";
export { factSource, LABEL_SOURCES, partitionOf, type FactQuery, type LabelSource } from "./fact-query.ts";
export { canonicalFilter, describeFilter, parseFilter } from "./stored-filter.ts";
export { UNLABELLED, type FactColumns, type FactRow } from "./fact-row.ts";
export { scanFacts, setFilter, type FactScan } from "./scan-facts.ts";
