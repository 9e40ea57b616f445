export { parseCamShape, type CamShape } from "./cam-shape.ts";
export {
  importPredictions,
  type ImportPredictionsOptions,
  type PredictionsReport,
} from "./import-predictions.ts";
