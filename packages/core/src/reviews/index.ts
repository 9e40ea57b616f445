export {
  addVerdict,
  listVerdicts,
  type NewVerdict,
  type StudyVerdict,
  type VerdictQuery,
} from "./verdicts.ts";
