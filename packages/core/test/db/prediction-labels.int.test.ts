import type pg from "pg";
import { expect, test } from "vitest";
import type { Database } from "../../src/db/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { seedFacts, type SeededImage } from "../readings/seed-facts.ts";

const FACTS = { probability: 0.5, entropy: 1, degenerate: false, areas: [0.2] };
const IMAGES: SeededImage[] = [
  { ...FACTS, label: 1, bodyPart: "wrist", split: "train" },
  { ...FACTS, label: 0, bodyPart: "hand" },
  { ...FACTS, label: null },
];

interface Described {
  readonly object_key: string;
  readonly label: number | null;
  readonly body_part: string | null;
  readonly split: string | null;
  readonly hardware: boolean | null;
}

async function described({ pool }: Database): Promise<unknown[][]> {
  const { rows } = await pool.query<Described>(
    `select object_key, prediction.label, stratum.body_part, stratum.split, stratum.hardware
     from prediction join stratum on stratum.id = stratum_id join image on image.id = image_id
     where stratum.dataset_id = image.dataset_id
     order by object_key`,
  );
  return rows.map(({ label, body_part, split, hardware }) => [label, body_part, split, hardware]);
}

/** Images whose prediction has another label or stratum than they have. */
async function misdescribed({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*) as count
     from prediction join image on image.id = image_id join study on study.id = study_id
     left join stratum on stratum.id = stratum_id
     where (prediction.label, stratum.dataset_id, stratum.body_part, stratum.split, stratum.hardware)
           is distinct from (image.label, image.dataset_id, coalesce(image.body_part, study.body_part),
                             coalesce(image.split, study.split), image.hardware)`,
  );
  return rows[0]?.count ?? -1;
}

test.for([
  [
    "as the image has them",
    "select",
    [
      [1, "wrist", "train", null],
      [0, "hand", null, null],
      [null, null, null, null],
    ],
  ],
  [
    "after a label was corrected",
    "update image set label = 1 - label",
    [
      [0, "wrist", "train", null],
      [1, "hand", null, null],
      [null, null, null, null],
    ],
  ],
  [
    "after labels were given and taken",
    "update image set label = case when label is null then 1 end",
    [
      [null, "wrist", "train", null],
      [null, "hand", null, null],
      [1, null, null, null],
    ],
  ],
  [
    "after an image changed its body part",
    "update image set body_part = 'elbow' where label = 1",
    [
      [1, "elbow", "train", null],
      [0, "hand", null, null],
      [null, null, null, null],
    ],
  ],
  [
    "after hardware was seen",
    "update image set hardware = label = 1",
    [
      [1, "wrist", "train", true],
      [0, "hand", null, false],
      [null, null, null, null],
    ],
  ],
  [
    "after studies were described, which fills the gaps only",
    "update study set body_part = 'knee', split = 'valid'",
    [
      [1, "wrist", "train", null],
      [0, "hand", "valid", null],
      [null, "knee", "valid", null],
    ],
  ],
  [
    "after an image was moved to a study that is described",
    "insert into study (dataset_id, study_key, split) select id, 'new', 'test' from dataset; update image set study_id = (select max(id) from study)",
    [
      [1, "wrist", "train", null],
      [0, "hand", "test", null],
      [null, null, "test", null],
    ],
  ],
] as const)("has label and stratum %s", async ([, statement, expected]) => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: [0.5], images: IMAGES });
  await database.pool.query(statement);
  expect(await described(database)).toEqual(expected);
  expect(await misdescribed(database)).toBe(0);
});

test("takes no label from the writer", async () => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: [0.5], images: IMAGES });
  await database.pool.query("delete from prediction");
  await database.pool.query(
    `insert into prediction (model_id, image_id, stratum_id, probability, label)
     select model.id, image.id, -1, 0.5, 1 from model, image`,
  );
  expect(await misdescribed(database)).toBe(0);
});

test("refuses a prediction of no image and of no model", async () => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: [0.5], images: IMAGES });
  const insert = (modelId: string, imageId: string) =>
    database.pool.query(
      `insert into prediction (model_id, image_id, probability)
       select ${modelId}, ${imageId}, 0.5 from model cross join image limit 1`,
    );
  await expect(insert("model.id", "-1")).rejects.toMatchObject({ code: "23503" });
  await database.pool.query("delete from prediction");
  await expect(insert("-1", "image.id")).rejects.toMatchObject({ code: "23514" });
});

/** Resolves once a statement of the connection waits for a lock. */
async function waitsForLock(
  { pool }: Database,
  client: pg.PoolClient & { processID?: number },
): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<{ waits: boolean }>(
      "select cardinality(pg_blocking_pids($1)) > 0 as waits",
      [client.processID],
    );
    if (rows[0]?.waits === true) return;
  }
}

test.for([
  ["relabels an image", "update image set label = 1 - label where label is not null"],
  ["describes a study", "update study set body_part = 'knee', split = 'valid'"],
])("misses no prediction that another transaction is writing while one %s", async ([, statement]) => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: [0.5], images: IMAGES });
  await database.pool.query("delete from prediction");
  const writer = await database.pool.connect();
  const describer = await database.pool.connect();
  try {
    await writer.query("begin");
    await writer.query(
      "insert into prediction (model_id, image_id, probability) select model.id, image.id, 0.5 from model, image",
    );
    const changing = describer.query(statement!);
    await waitsForLock(database, describer);
    await writer.query("commit");
    await changing;
    expect(await misdescribed(database)).toBe(0);

    await describer.query("begin");
    await describer.query(statement!.replace("'knee'", "'foot'"));
    const writing = writer.query(
      `insert into prediction (model_id, image_id, probability) select model.id, image.id, 0.7 from model, image
       on conflict (model_id, image_id) do update set probability = 0.7`,
    );
    await waitsForLock(database, writer);
    await describer.query("commit");
    await writing;
    expect(await misdescribed(database)).toBe(0);
  } finally {
    writer.release();
    describer.release();
  }
});

test("lets writers of predictions of one dataset work side by side", async () => {
  await using database = await createTestDatabase();
  await seedFacts(database, { alphas: [0.5], images: IMAGES });
  await database.pool.query("delete from prediction");
  const clients = await Promise.all([database.pool.connect(), database.pool.connect()]);
  const insert = `insert into prediction (model_id, image_id, probability)
                  select model.id, image.id, 0.5 from model, image where object_key = $1`;
  for (const [index, client] of clients.entries()) {
    await client.query("begin");
    await client.query(insert, [`image-00000${index}.png`]);
  }
  for (const client of clients) {
    await client.query("commit");
    client.release();
  }
  expect(await described(database)).toHaveLength(2);
});
