import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@hairline/core/testing";
import { Recipe } from "@hairline/model/train";
import { expect, test } from "vitest";
import { recipeOf } from "../src/training-options.ts";

test("options go before the file, the file before the defaults", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "recipe.json");
  await writeFile(file, JSON.stringify({ epochs: 7, seed: 1, augmentation: { flip: true, shift: 0.1 } }));
  const recipe = await recipeOf({ recipe: file, seed: 2, rotation: 15, stage: "full" });
  expect(recipe).toEqual(
    Recipe.parse({
      epochs: 7,
      seed: 2,
      stage: "full",
      augmentation: { flip: true, shift: 0.1, rotationDegrees: 15 },
    }),
  );
});

test("no option is the original's recipe", async () => {
  expect(await recipeOf({})).toEqual(Recipe.parse({}));
});

test.each([
  { options: { batchSize: 1 }, field: "batchSize" },
  { options: { learningRate: -1, epochs: 0 }, field: "learningRate, epochs" },
  { options: { recipe: "/nowhere/recipe.json" }, field: "--recipe" },
])("refuses $options by its fields", async ({ options, field }) => {
  await expect(recipeOf(options)).rejects.toMatchObject({ code: "BAD_ARGUMENT", field });
});

test("refuses a misspelt field of the file", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "recipe.json");
  await writeFile(file, JSON.stringify({ epoch: 7 }));
  await expect(recipeOf({ recipe: file })).rejects.toMatchObject({ code: "BAD_ARGUMENT", file });
});
