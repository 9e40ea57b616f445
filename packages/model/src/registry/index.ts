export { loadModelGraph, loadStoredFile, storedArtefact } from "./artefacts.ts";
export { importModel } from "./import-model.ts";
export type { ImportedModel, ImportModelOptions, ModelSource } from "./import-model.ts";
export { modelNameOf } from "./model-name.ts";
export type {
  ExternalModelRecord,
  ModelFiles,
  ModelRecord,
  ResnetModelRecord,
  StoredFile,
} from "./model-record.ts";
export { getBaseNetwork, getModel, getModelById, getNetwork, listModels } from "./model-rows.ts";
export { storeVariant } from "./store-variant.ts";
export type { StoredVariant, VariantOptions } from "./store-variant.ts";
export { makeHalfModel } from "./half-model.ts";
