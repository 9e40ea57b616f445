export { reproducibleImage } from "./reproducible-images.ts";
export { reproducibleHashes, reproducibleUniform } from "./reproducible-numbers.ts";
export { reproducibleWeights } from "./reproducible-weights.ts";
