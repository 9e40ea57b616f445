import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { migrate, openDatabase, type Database } from "@hairline/core/db";
import { importArchive } from "@hairline/core/ingest";
import { openFilesystemStore } from "@hairline/core/storage";
import { temporaryFolder } from "@hairline/core/testing";
import { IMAGENET_PREPROCESSING } from "@hairline/imaging/preprocess";
import { importModel } from "@hairline/model/registry";
import { reproducibleWeights } from "@hairline/model/testing";
import { poisonImages, soundImages, writeImages, type ArchiveImage } from "./images.ts";
import { Closers } from "./closers.ts";
import { OwnPostgres } from "./own-postgres.ts";

/** Enough shards of four for twenty workers to be killed before the last one is done. */
const SOUND_IMAGES = 160;
/** A forward pass takes a few milliseconds. */
const INPUT_SIZE = 64;
const ORIGINAL = "original";

/** A PostgreSQL server, an imported network and an imported archive; every fault starts from a copy of the database. */
export interface FaultSite extends AsyncDisposable {
  readonly postgres: OwnPostgres;
  /** HAIRLINE_HOME of every process: holds the network. */
  readonly home: string;
  readonly images: readonly ArchiveImage[];
  readonly modelId: number;
  /** The archive with the poison images in it. */
  readonly datasetId: number;
  /** The same archive without them. */
  readonly soundDatasetId: number;
  /** A new database with all of this, dropped when closed. */
  copyDatabase(name: string): Promise<Database>;
}

export async function openFaultSite(): Promise<FaultSite> {
  const closers = new Closers();
  try {
    const folder = closers.use(await temporaryFolder());
    const home = join(folder.path, "home");
    const root = join(folder.path, "archive");
    await mkdir(root);
    const images = [...(await soundImages(SOUND_IMAGES)), ...(await poisonImages())];
    await writeImages(root, images);
    const postgres = closers.use(await OwnPostgres.start(home));
    await administer(postgres, `create database ${ORIGINAL}`);
    const rows = await fill(postgres, { home, root });
    return {
      postgres,
      home,
      images,
      ...rows,
      copyDatabase: (name) => copyDatabase(postgres, name),
      [Symbol.asyncDispose]: () => closers.close(),
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function fill(postgres: OwnPostgres, { home, root }: { home: string; root: string }) {
  await using database = await openDatabase(postgres.url(ORIGINAL));
  await migrate(database);
  const { model } = await importModel({
    database,
    store: openFilesystemStore(join(home, "objects")),
    source: { stateDict: reproducibleWeights("resnet18"), name: "tiny" },
    preprocessing: { ...IMAGENET_PREPROCESSING, inputSize: INPUT_SIZE },
  });
  const { datasetId } = await importArchive({ database, path: root, name: "archive" });
  const sound = await importArchive({ database, path: join(root, "sound"), root, name: "sound" });
  return { modelId: model.id, datasetId, soundDatasetId: sound.datasetId };
}

async function copyDatabase(postgres: OwnPostgres, name: string): Promise<Database> {
  await administer(postgres, `create database ${name} template ${ORIGINAL}`);
  const database = await openDatabase(postgres.url(name));
  const close = async (): Promise<void> => {
    await database.close();
    await administer(postgres, `drop database if exists ${name} with (force)`);
  };
  return { url: database.url, pool: database.pool, close, [Symbol.asyncDispose]: close };
}

async function administer(postgres: OwnPostgres, statement: string): Promise<void> {
  await using server = await openDatabase(postgres.url("postgres"), { max: 1 });
  await server.pool.query(statement);
}
