import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openFilesystemStore } from "@hairline/core/storage";
import { temporaryFolder } from "@hairline/core/testing";
import type { Fault } from "../fault.ts";
import { limitFiles } from "../file-limit.ts";

const run = promisify(execFile);
const STORE_OBJECT = fileURLToPath(new URL("../store-object/main.ts", import.meta.url));
/** 32 or 64 kB: less than a network, and less than the decoded archive. */
const BLOCKS = 64;
const CACHE_GIVEN_UP = "the decoded cache is of no use";

export const diskFull: Fault = {
  name: "disk-full",
  title: "disk full under the object store and the decoded cache",
  group: "storage",
  queue: "redis",
  async play(stage) {
    await using folder = await temporaryFolder();
    await requireWholeOrNothing(folder.path);
    await stage.openRun();
    const [worker] = await Promise.all([
      stage.start("worker-gpu", {
        // The loader's cache would be cut short too, for every process of this user.
        env: { HAIRLINE_DECODED_CACHE: `${folder.path}/decoded`, TSX_DISABLE_CACHE: "1" },
        fileBlocks: BLOCKS,
        delayMs: 5,
      }),
      stage.start("scheduler"),
    ]);
    await stage.noteBefore();
    await stage.whenEnded();
    if (!worker.process.output.includes(CACHE_GIVEN_UP)) throw new Error("the worker's disk was not full");
    return "no file may grow over 64 blocks (`ulimit -f`): storing a network fails and leaves nothing, scoring goes on";
  },
};

/** @throws Error when a full disk is told otherwise than by its code, or leaves something behind */
async function requireWholeOrNothing(root: string): Promise<void> {
  const full = await storeObject(root, BLOCKS);
  if (full !== "STORE_FULL") throw new Error(`a full disk was answered with ${full}`);
  for await (const { key } of openFilesystemStore(root).list("")) throw new Error(`${key} was left behind`);
  const stored = await storeObject(root);
  if (stored !== "stored") throw new Error(`${stored} although there was room again`);
}

async function storeObject(root: string, blocks?: number): Promise<string> {
  const args = ["--conditions=development", "--import", "tsx", STORE_OBJECT, root];
  const node = { program: process.execPath, args };
  const command = blocks === undefined ? node : limitFiles(node, blocks);
  const env = { PATH: "/usr/bin:/bin", TSX_DISABLE_CACHE: "1" };
  const { stdout } = await run(command.program, [...command.args], { env });
  return stdout;
}
