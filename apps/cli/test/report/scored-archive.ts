import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "@hairline/core/db";
import { importArchive } from "@hairline/core/ingest";
import { writeSyntheticArchive } from "@hairline/imaging/synthetic";

/** A file name that would be markup. */
export const HOSTILE_NAME = `"><img src=x onerror=alert(1)>.png`;

/** What the model `scorer` said of an image, its grid two by two; null puts it into quarantine. */
interface Score {
  readonly label: 0 | 1 | null;
  readonly patient: string;
  readonly probability: number;
  readonly entropy: number | null;
  readonly area: number | null;
  readonly cam: readonly number[] | null;
  readonly boxes: string;
}

const BOX = "[[4,4,20,20]]";

const SCORES: readonly (Score | null)[] = [
  { label: 1, patient: "p1", probability: 0.9, entropy: 0.7, area: 0.25, cam: [3, 1, 0, 0], boxes: BOX },
  { label: 1, patient: "p1", probability: 0.8, entropy: 1.3, area: 0.75, cam: [1, 1, 1, 0], boxes: BOX },
  { label: 1, patient: "p2", probability: 0.1, entropy: 1.2, area: 0.5, cam: [1, 2, 0, 0], boxes: "[]" },
  { label: 0, patient: "p3", probability: 0.2, entropy: 1.1, area: 0.5, cam: [1, 0, 0, 2], boxes: "[]" },
  { label: 0, patient: "p4", probability: 0.7, entropy: 0.6, area: 0.25, cam: [0, 0, 0, 9], boxes: "[]" },
  { label: null, patient: "p5", probability: 0.6, entropy: null, area: null, cam: [1, 1, 1, 1], boxes: "" },
  null,
];

/** Seven files of one archive, the first with a hostile name, imported and with facts of a model; one without. */
export async function scoredArchive(database: Database, folder: string): Promise<void> {
  const drawn = await writeSyntheticArchive({
    root: join(folder, "drawn"),
    seed: 1,
    studies: 7,
    longSide: 96,
  });
  const rows = ["path,label,study,patient,body_part,boxes"];
  for (const [at, score] of SCORES.entries()) {
    const name = at === 0 ? HOSTILE_NAME : `image${at}.png`;
    await copyFile(join(drawn.root, drawn.images[at]?.key ?? ""), join(folder, name));
    const { label, patient, boxes } = score ?? { label: null, patient: "p6", boxes: "" };
    const cells = [name, label ?? "", `s${at}`, patient, at % 2 === 0 ? "XR_WRIST" : "XR_HAND", boxes];
    rows.push(cells.map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join(","));
  }
  const manifest = join(folder, "manifest.csv");
  await writeFile(manifest, `${rows.join("\n")}\n`);
  await importArchive({ database, path: manifest, name: "archive" });
  await insertFacts(database);
}

async function insertFacts({ pool }: Database): Promise<void> {
  await pool.query(
    "insert into model (name, kind, alphas, cam_cells) values ('scorer', 'external', '{0.5}', 4)",
  );
  for (const [at, score] of SCORES.entries()) {
    const key = at === 0 ? HOSTILE_NAME : `image${at}.png`;
    const ids = "select model.id, image.id from model, image where image.object_key = $1";
    if (score === null) {
      await pool.query(
        `insert into quarantine (model_id, image_id, code, message) select ids.*, 'IMAGE_EMPTY', '' from (${ids}) as ids`,
        [key],
      );
      continue;
    }
    const { probability, entropy, area, cam } = score;
    await pool.query(
      `insert into prediction (model_id, image_id, probability, entropy, area_1, degenerate)
       select ids.*, $2::real, $3::real, $4::real, $3::real is null from (${ids}) as ids`,
      [key, probability, entropy, area],
    );
    await pool.query(
      `insert into prediction_cam (model_id, image_id, height, width, grid)
       select ids.*, 2, 2, $2::real[] from (${ids}) as ids`,
      [key, cam],
    );
  }
}
