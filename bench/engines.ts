import { availableParallelism } from "node:os";
import { hasExactInt8, type PixelBatch } from "@hairline/model/engine";
import { probeImages } from "@hairline/model/verify";
import {
  median,
  type Benchmark,
  type BenchmarkContext,
  type BenchmarkResult,
  type Figure,
} from "./benchmark.ts";
import { openContenders, type Contender } from "./engines/contenders.ts";
import { parseEnginesOptions, type EnginesOptions } from "./engines/options.ts";

const INT8_TARGET = 1.8;

/** A turn has to be longer than the scheduler's, and not so long that the machine changes within a round. */
const TURN_MS = 300;

/** Images a second of every engine and number format, each beside fp32 on the CPU in the same round. */
export const enginesBenchmark: Benchmark = {
  name: "engines",
  summary: "forward img/s of each engine and precision against fp32 on the CPU",
  run,
};

async function run({ args, note }: BenchmarkContext): Promise<BenchmarkResult> {
  const options = parseEnginesOptions(args);
  const images = probeImages("int8", options.inputSize);
  const contenders = await openContenders({ ...options, images, note });
  try {
    const rates = await measure(contenders, options, note);
    const figures = contenders.map((contender) => figureOf(contender, contenders, rates));
    return { benchmark: "engines", setting: setting(options), figures, missed: missed(contenders, figures) };
  } finally {
    for (const { engine } of contenders) await engine.close();
  }
}

/** Images a second of each contender in each round. Turns alternate, so that a busy neighbour meets all of them. */
async function measure(
  contenders: readonly Contender[],
  { rounds, batch, inputSize }: EnginesOptions,
  note: (text: string) => void,
): Promise<ReadonlyMap<Contender, readonly number[]>> {
  const work = fullBatch(batch, inputSize);
  const rates = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]));
  for (const { engine } of contenders) await engine.infer(work);
  for (let round = 0; round < rounds; round += 1) {
    for (const [contender, measured] of rates) measured.push(await takeTurn(contender, work));
    note(`round ${round + 1} of ${rounds}`);
  }
  return rates;
}

async function takeTurn({ engine }: Contender, work: PixelBatch): Promise<number> {
  const startedMs = performance.now();
  let images = 0;
  let elapsedMs = 0;
  while (elapsedMs < TURN_MS) {
    await engine.infer(work);
    images += work.count;
    elapsedMs = performance.now() - startedMs;
  }
  return (images / elapsedMs) * 1000;
}

function fullBatch(count: number, inputSize: number): PixelBatch {
  const images = probeImages("int8", inputSize);
  const data = Buffer.concat(
    Array.from({ length: count }, (_, index) => images[index % images.length]!.data),
  );
  return { count, channels: 1, size: inputSize, data };
}

function figureOf(
  contender: Contender,
  contenders: readonly Contender[],
  rates: ReadonlyMap<Contender, readonly number[]>,
): Figure {
  const reference = referenceOf(contender, contenders);
  const own = rates.get(contender) ?? [];
  const beside = rates.get(reference) ?? [];
  const ratios = own.map((rate, round) => rate / (beside[round] ?? Number.NaN));
  const figure = { name: contender.name, value: median(own), unit: "img/s" };
  return contender === reference
    ? figure
    : { ...figure, ratio: { to: reference.name, value: median(ratios) } };
}

/** fp32 on the CPU with as many threads; with the most, for engines that do not take threads. */
function referenceOf({ threads }: Contender, contenders: readonly Contender[]): Contender {
  const references = contenders.filter((other) => other.precision === "fp32" && other.threads !== null);
  const most = references.toSorted((a, b) => (b.threads ?? 0) - (a.threads ?? 0))[0]!;
  return references.find((other) => other.threads === threads) ?? most;
}

function missed(contenders: readonly Contender[], figures: readonly Figure[]): string[] {
  if (!hasExactInt8()) return [];
  return figures
    .filter((_, index) => contenders[index]?.precision === "int8")
    .filter(({ ratio }) => (ratio?.value ?? 0) < INT8_TARGET)
    .map(
      ({ name, ratio }) =>
        `${name}: ${ratio?.value.toFixed(2)} × fp32, where VNNI should give ${INT8_TARGET}`,
    );
}

function setting({ threads, rounds, batch, inputSize }: EnginesOptions): BenchmarkResult["setting"] {
  return {
    network: "resnet18",
    inputSize,
    batch,
    rounds,
    threads: threads.join(","),
    cores: availableParallelism(),
    vnni: hasExactInt8(),
  };
}
