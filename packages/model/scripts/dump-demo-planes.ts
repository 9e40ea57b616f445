// Training material of train_demo_trunk.py: PREFIX.bin (224 x 224 grey planes) and PREFIX.json (labels and boxes).
// node --conditions=development --import tsx scripts/dump-demo-planes.ts SEED STUDIES POSITIVE_SHARE PREFIX
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeImage } from "@hairline/imaging/decode";
import { resizeBilinear } from "@hairline/imaging/resize";
import { writeSyntheticArchive } from "@hairline/imaging/synthetic";

const [seed = "", studies = "", positiveShare = "", prefix = ""] = process.argv.slice(2);
const root = await mkdtemp(join(tmpdir(), "demo-planes-"));
try {
  const options = { root, seed, studies: Number(studies), positiveShare: Number(positiveShare) };
  const archive = await writeSyntheticArchive(options);
  const planes: Uint8Array[] = [];
  const rows: unknown[] = [];
  for (const { key, label, box, split } of archive.images) {
    const image = await decodeImage(await readFile(join(root, key)));
    planes.push(resizeBilinear(image, { width: 224, height: 224 }).data);
    rows.push({ w: image.width, h: image.height, label, box, split });
  }
  await writeFile(`${prefix}.bin`, Buffer.concat(planes));
  await writeFile(`${prefix}.json`, JSON.stringify(rows));
} finally {
  await rm(root, { recursive: true, force: true });
}
