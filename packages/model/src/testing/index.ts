export { reproducibleImage } from "./reproducible-images.ts";
export { reproducibleWeights } from "./reproducible-weights.ts";
