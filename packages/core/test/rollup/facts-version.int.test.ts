import { expect, test } from "vitest";
import { compactRollups, readFactsVersion, rebuildRollup } from "../../src/rollup/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { seedFacts, type SeededImage } from "../readings/seed-facts.ts";
import { scopeOf } from "./change-facts.ts";

const FACTS = { probability: 0.5, entropy: 1, degenerate: false, areas: [0.2], cam: [1, 0, 0, 0] };
const IMAGES: SeededImage[] = [
  { ...FACTS, label: 1 },
  { ...FACTS, label: 0, bodyPart: "wrist" },
];

test.for([
  // Within one cell of the rollup, which counts the same.
  ["a probability", "update prediction set probability = 0.501"],
  ["an entropy", "update prediction set entropy = null"],
  [
    "a prediction added",
    "insert into prediction (model_id, image_id, probability) select (select max(id) from model), id, 0 from image where object_key = 'image-000000.png'",
  ],
  ["a prediction removed", "delete from prediction where image_id = (select min(id) from image)"],
  [
    "the run of a prediction",
    "insert into run (id, dataset_id, model_id, shard_size) select gen_random_uuid(), dataset.id, model.id, 1 from dataset, model; update prediction set run_id = (select id from run)",
  ],
  ["a stored CAM", "update prediction_cam set grid = '{0,0,0,1}'"],
  ["a CAM removed", "delete from prediction_cam"],
  ["an image's label", "update image set label = 1 where label = 0"],
  ["an image's body part", "update image set body_part = 'hand'"],
  ["an image's hardware", "update image set hardware = true"],
  ["an image's object key", "update image set object_key = 'renamed-' || object_key"],
  ["an image's time of import", "update image set imported_at = imported_at + interval '1 day'"],
  ["an image moved to another study", "update image set study_id = (select max(id) from study)"],
  ["an image removed", "delete from image where id = (select min(id) from image)"],
  ["a study's label", "update study set label = 1"],
  ["a study's body part, of an image that leaves it to its study", "update study set body_part = 'elbow'"],
  ["a study's patient", "update study set patient_key = 'somebody'"],
] as const)("moves with %s", async ([, statement]) => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: [0.5], images: IMAGES });
  await database.pool.query("delete from prediction where image_id = (select min(id) from image) and $1", [
    statement.startsWith("insert into prediction"),
  ]);
  const scope = await scopeOf(database);
  const before = await readFactsVersion(database.pool, scope);
  await database.pool.query(statement);
  expect(await readFactsVersion(database.pool, scope)).toBeGreaterThan(before);
});

test.for([
  [
    "writing the same again",
    "update prediction set probability = probability; update image set label = label; update study set label = label",
  ],
  ["a file's size", "update image set byte_size = 7, modified_at = now()"],
  ["compacting", "compact"],
  ["rebuilding", "rebuild"],
  ["other images", "insert into dataset (name, root, layout) values ('other', '', 'folder')"],
] as const)("stays with %s", async ([, statement]) => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: [0.5], images: IMAGES });
  const scope = await scopeOf(database);
  const before = await readFactsVersion(database.pool, scope);
  if (statement === "compact") await compactRollups(database);
  else if (statement === "rebuild") await rebuildRollup(database, scope);
  else await database.pool.query(statement);
  expect(await readFactsVersion(database.pool, scope)).toBe(before);
  expect(before).toBeGreaterThan(0);
});
