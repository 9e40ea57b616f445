import { createTestDatabase } from "@hairline/core/testing";
import { describe, expect, it } from "vitest";
import { createEngineClearance } from "../../src/inference/clear-engine.ts";
import { createLog } from "../../src/log.ts";
import { openScoringSite, soundFiles } from "../fixtures/scoring-site.ts";

const log = createLog("silent");

describe("createEngineClearance", () => {
  it("lets every model score on the CPU", async () => {
    await using site = await openScoringSite(await soundFiles(1));
    const settings = { engine: "cpu", gpu: undefined, unverified: undefined } as const;
    await expect(createEngineClearance(site.database, settings, log)(site.model.id)).resolves.toBeUndefined();
  });

  it("refuses an engine that is not verified for the model", async () => {
    await using site = await openScoringSite(await soundFiles(1));
    const settings = { engine: "webgpu", gpu: undefined, unverified: undefined } as const;
    const clear = createEngineClearance(site.database, settings, log);
    await expect(clear(site.model.id)).rejects.toMatchObject({
      code: "ENGINE_NOT_VERIFIED",
      remedy: expect.stringContaining("hairline model verify tiny --engine webgpu") as string,
    });
  });

  it("puts an override on record once for each model, not for each shard", async () => {
    await using site = await openScoringSite(await soundFiles(1));
    const settings = { engine: "tfjs", gpu: undefined, unverified: "allow" } as const;
    const clear = createEngineClearance(site.database, settings, log);
    await clear(site.model.id);
    await clear(site.model.id);
    const { rows } = await site.database.pool.query("select model_id, engine, reason from engine_override");
    expect(rows).toEqual([{ model_id: site.model.id, engine: "tfjs", reason: "never verified" }]);
  });

  it("does not find a model that is not there", async () => {
    await using database = await createTestDatabase();
    const settings = { engine: "cpu", gpu: undefined, unverified: undefined } as const;
    await expect(createEngineClearance(database, settings, log)(1)).rejects.toMatchObject({
      code: "MODEL_NOT_FOUND",
    });
  });
});
