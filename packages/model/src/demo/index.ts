export {
  DEMO_MODEL_NOTICE,
  DEMO_PREPROCESSING,
  trainDemoModel,
  type DemoModel,
  type DemoTrainingOptions,
  type DemoTrainingReport,
} from "./train-demo-model.ts";
export { loadDemoTrunk } from "./trunk.ts";
