export { type Direction, farthestFirst, inTurns, meanDirection } from "./diversify.ts";
export { type Candidate, type Diversity, type RankOptions, rankStudies } from "./rank-studies.ts";
export { readWorklist, type Worklist, type WorklistRequest, type WorklistStudy } from "./read-worklist.ts";
