import { readFile } from "node:fs/promises";
import { configureSharp } from "@hairline/imaging/decode";
import { IMAGENET_PREPROCESSING, loadPixels } from "@hairline/imaging/preprocess";
import { serveTasks } from "./child.ts";

await serveTasks(async () => {
  configureSharp({ threads: 1 });
  return async (task) => {
    const { files } = task as { files: readonly string[] };
    for (const file of files) await loadPixels(await readFile(file), IMAGENET_PREPROCESSING);
  };
});
