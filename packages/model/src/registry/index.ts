export { loadModelGraph, loadStoredFile } from "./artefacts.ts";
export { importModel } from "./import-model.ts";
export type { ImportedModel, ImportModelOptions, ModelSource } from "./import-model.ts";
export { modelNameOf } from "./model-name.ts";
export type { ExternalModelRecord, ModelRecord, ResnetModelRecord, StoredFile } from "./model-record.ts";
export { getModel, getModelById, listModels } from "./model-rows.ts";
