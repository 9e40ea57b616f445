import { readFile } from "node:fs/promises";
import { configureSharp } from "@hairline/imaging/decode";
import { IMAGENET_PREPROCESSING, loadPixels } from "@hairline/imaging/preprocess";
import { serveStints } from "./child.ts";

const WARM_UP_FILES = 8;

serveStints(async (setup) => {
  const { files } = setup as { files: readonly string[] };
  configureSharp({ threads: 1 });
  let next = 0;
  const turn = async () => {
    await loadPixels(await readFile(files[next % files.length]!), IMAGENET_PREPROCESSING);
    next += 1;
    return 1;
  };
  for (let index = 0; index < WARM_UP_FILES; index += 1) await turn();
  return turn;
});
