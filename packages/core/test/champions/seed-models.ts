import type { Database } from "../../src/db/index.ts";
import { createPolicy, activatePolicy, type StoredPolicy } from "../../src/policies/index.ts";
import { createRandom } from "../../src/statistics/index.ts";
import { seedStudies, type StudyImage } from "../policies/seed-studies.ts";

export const DATASET = "archive";

/** Adds a model that scores the dataset's images as told, by their order; those given null it does not score. */
export async function seedScores(
  database: Database,
  model: string,
  probabilityOf: (at: number, before: number) => number | null,
): Promise<number> {
  const { rows } = await database.pool.query<{ image_id: number; probability: number }>(
    `select image_id, probability from prediction where model_id = (select min(id) from model) order by image_id`,
  );
  const scores = rows
    .map(({ image_id, probability }, at) => ({ image_id, probability: probabilityOf(at, probability) }))
    .filter(({ probability }) => probability !== null);
  const made = await database.pool.query<{ id: number }>(
    "insert into model (name, kind, alphas) values ($1, 'external', '{0.5}') returning id",
    [model],
  );
  const id = made.rows[0]!.id;
  await database.pool.query(
    `insert into prediction (model_id, image_id, probability, entropy, area_1)
     select $1, image_id, probability, 1, 0.2
     from jsonb_to_recordset($2) as given(image_id bigint, probability real)`,
    [id, JSON.stringify(scores)],
  );
  return id;
}

/** 200 labelled images in each of three splits, of as many patients; the champion is right on nine of ten. */
export function archive(): StudyImage[] {
  const random = createRandom(3);
  return ["valid", "certify", "test"].flatMap((split) =>
    Array.from({ length: 200 }, (_, at): StudyImage => {
      const label = at % 2 === 0 ? 1 : 0;
      const wrong = at % 20 < 2;
      const far = 0.2 + 0.25 * random.uniform();
      return {
        label,
        probability: (label === 1) === wrong ? 0.5 - far : 0.5 + far,
        split,
        bodyPart: at % 4 < 2 ? "hand" : "wrist",
        patient: `${split}-${at}`,
      };
    }),
  );
}

/** The archive scored by `champion`, which has a policy in force for it. */
export async function seedChampion(database: Database, images = archive()): Promise<StoredPolicy> {
  await seedStudies(database, images, { dataset: DATASET, model: "champion" });
  const policy = await createPolicy(database, {
    name: "half",
    level: "image",
    thresholds: { pLow: 0.5, entropyMax: null, areaMax: null, alpha: 0.5 },
    pLowScale: "raw",
  });
  await activatePolicy(database, policy, { modelId: 1, dataset: DATASET, by: null, note: null });
  return policy;
}
