import { getModel, listModels, type ModelRecord } from "@hairline/model/registry";
import { z } from "zod";
import type { ApiServer } from "../api-server.ts";
import { Instant, Name } from "../schemas/page.ts";
import type { ApiServices } from "../services.ts";

const Model = z
  .object({
    id: z.int(),
    name: z.string(),
    kind: z.enum(["resnet", "external"]),
    alphas: z.array(z.number()).describe("Alphas of the stored CAM areas."),
    description: z.string().nullable(),
    createdAt: Instant,
    architecture: z.string().nullable().describe("Null, as what follows, for a model that scored elsewhere."),
    precision: z.string().nullable(),
    inputSize: z.int().nullable(),
    preprocessingFingerprint: z.string().nullable(),
    weightsSha256: z.string().nullable(),
  })
  .meta({ id: "Model" });

/** Scorers. */
export function registerModels(server: ApiServer, { database }: ApiServices): void {
  server.get("/v1/models", {
    config: { access: "read" },
    schema: {
      operationId: "listModels",
      summary: "Every model by name",
      tags: ["models"],
      response: { 200: z.object({ items: z.array(Model) }) },
    },
    handler: async () => ({ items: (await listModels(database)).map(modelAnswer) }),
  });
  server.get("/v1/models/:model", {
    config: { access: "read" },
    schema: {
      operationId: "getModel",
      summary: "One model",
      tags: ["models"],
      params: z.object({ model: Name }),
      response: { 200: Model },
    },
    handler: async ({ params }) => modelAnswer(await getModel(database, params.model)),
  });
}

function modelAnswer(model: ModelRecord): z.input<typeof Model> {
  const { id, name, kind, alphas, description, createdAt } = model;
  const shared = { id, name, kind, alphas: [...alphas], description, createdAt };
  if (model.kind === "external") {
    const none = { architecture: null, precision: null, inputSize: null };
    return { ...shared, ...none, preprocessingFingerprint: null, weightsSha256: null };
  }
  return {
    ...shared,
    architecture: model.architecture,
    precision: model.precision,
    inputSize: model.preprocessing.inputSize,
    preprocessingFingerprint: model.preprocessingFingerprint,
    weightsSha256: model.weights.sha256,
  };
}
