export { MURA_KAPPAS, type MuraKappa, muraKappaOf } from "./mura-kappa.ts";
export { poolProbability, type Pooling, POOLINGS } from "./pool-probability.ts";
export { addStudy, type SweptView } from "./study-cube.ts";
export {
  leadingView,
  outcomeOfViews,
  STUDY_RULES,
  studyOutcome,
  studyProbability,
  type StudyRule,
  type StudyView,
} from "./study-outcome.ts";
