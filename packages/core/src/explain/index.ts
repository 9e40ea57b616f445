export { camAreaRatio } from "./cam-area.ts";
export { camEntropy } from "./cam-entropy.ts";
export { ALPHAS, camStatistics, type CamStatistics } from "./cam-statistics.ts";
