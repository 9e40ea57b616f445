import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "@hairline/core/db";
import { renderOverlay } from "@hairline/imaging/heatmap";
import { listImages } from "../score/images.ts";
import { workAlone, type LoadReport } from "./send-load.ts";

interface Amount {
  readonly requests: number;
  readonly concurrency: number;
}

/**
 * What no upload can beat on this disk and server: the same bytes in a file that is flushed and renamed, and one row
 * committed by itself, without HTTP and without looking at the bytes.
 */
export async function storeAlone(
  { pool }: Database,
  asked: Amount & { readonly folder: string; readonly bytes: (n: number) => Buffer },
): Promise<LoadReport> {
  await mkdir(asked.folder, { recursive: true });
  await pool.query("create table bench_object (key text primary key, byte_size bigint not null)");
  const report = await workAlone(asked, async (n) => {
    const content = asked.bytes(n);
    await writeFlushed(join(asked.folder, `${n}.png`), content);
    await pool.query("insert into bench_object values ($1, $2)", [`${n}.png`, content.length]);
  });
  await pool.query("drop table bench_object");
  return report;
}

/** The same pictures drawn in this process: files and maps at hand, no HTTP and no database. */
export async function drawAlone(folder: string, asked: Amount): Promise<LoadReport> {
  const paths = await listImages(folder);
  const grid = {
    height: 7,
    width: 7,
    values: Float32Array.from({ length: 49 }, (_, cell) => (cell % 10) / 10),
  };
  return workAlone(asked, async (n) => {
    const bytes = await readFile(paths[n % paths.length] ?? "");
    await renderOverlay(bytes, grid, { opacity: 0.4, maxSide: 768 });
  });
}

async function writeFlushed(path: string, content: Buffer): Promise<void> {
  const file = await open(`${path}.draft`, "wx");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.draft`, path);
}
