import { readFileSync } from "node:fs";
import { CsvScanner } from "@hairline/core/ingest";
import { MANIFEST_FIELDS, parseManifestRow, resolveManifestColumns } from "@hairline/core/study";
import { expect, test } from "vitest";

const page = readFileSync(new URL("../../../../docs/MANIFEST.md", import.meta.url), "utf8");

test("docs/MANIFEST.md lists every column in order", () => {
  expect([...page.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name)).toEqual(MANIFEST_FIELDS);
});

test("docs/MANIFEST.md shows an example that is read as it says", () => {
  const example = /```csv\n(.*?)```/s.exec(page)?.[1] ?? "";
  const [header, ...rows] = Array.from(new CsvScanner(",").push(example), ({ fields }) => fields);
  const columns = resolveManifestColumns(header ?? []);
  expect(rows.map((fields) => parseManifestRow(fields, columns))).toMatchObject([
    { studyKey: "p07/1", label: 1, hardware: false, boxes: [[304, 222, 343, 248]] },
    { studyKey: "p07/1", label: 0, boxes: [] },
    { studyKey: "hand/0003.jpg", label: null, bodyPart: "hand", boxes: null },
  ]);
});
