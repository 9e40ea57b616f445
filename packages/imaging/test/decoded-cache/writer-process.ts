import { once } from "node:events";
import { fileNumbered, imageNumbered, openPart } from "./cache-fixture.ts";

interface WriterTask {
  readonly numbers: readonly number[];
  /** First of the images to go on with until it is killed. */
  readonly more: number;
}

// Opens the cache, waits for its task, keeps the images of it, says so when all are written, and goes on with more.
await using opened = await openPart({ root: process.argv[2]! });
const { part } = opened;
const keep = (number: number) => part.load(fileNumbered(number), async () => imageNumbered(number));

const asked = once(process, "message");
process.send?.("opened");
const [{ numbers, more }] = (await asked) as [WriterTask];
for (const number of numbers) await keep(number);
await part.flush();
process.send?.({ written: part.counts.written });
for (let number = more; ; number += 1) {
  await keep(number);
  await part.flush();
}
