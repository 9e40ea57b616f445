import { IMAGENET_PREPROCESSING, type PixelImage } from "@hairline/imaging/preprocess";
import {
  ENGINES,
  hasExactInt8,
  openEngine,
  probeEngines,
  type EngineName,
  type InferenceEngine,
  type ModelArtefact,
} from "@hairline/model/engine";
import { buildInt8Graph, calibrateRanges } from "@hairline/model/quantize";
import { buildResnetGraph, identifyResnet, type Precision } from "@hairline/model/resnet";
import { reproducibleWeights } from "@hairline/model/testing";
import { batchesOf } from "@hairline/model/verify";
import { writeSafetensors } from "@hairline/model/weights";

/** One engine with one network, ready to be timed. */
export interface Contender {
  readonly name: string;
  readonly engine: InferenceEngine;
  /** CPU threads; null where the engine does not take them. */
  readonly threads: number | null;
  readonly precision: Precision;
}

/** Opens what can run here in every precision; notes why the rest cannot. The first is fp32 on the CPU for each count. */
export async function openContenders({
  threads,
  inputSize,
  images,
  note,
}: {
  readonly threads: readonly number[];
  readonly inputSize: number;
  readonly images: readonly PixelImage[];
  readonly note: (text: string) => void;
}): Promise<Contender[]> {
  const artefacts = await networks(inputSize, images);
  const contenders: Contender[] = [];
  const open = async (engine: EngineName, precision: Precision, count: number | null): Promise<void> => {
    const name = `${engine} ${precision}${count === null ? "" : `, ${count} thread${count === 1 ? "" : "s"}`}`;
    try {
      const opened = await openEngine({
        engine,
        artefact: artefacts[precision],
        ...(count === null ? {} : { threads: count }),
      });
      contenders.push({ name, engine: opened, threads: count, precision });
    } catch (error) {
      note(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  for (const count of threads) {
    await open("cpu", "fp32", count);
    if (hasExactInt8()) await open("cpu", "int8", count);
  }
  for (const { engine, available, reason } of await probeEngines()) {
    if (engine === "cpu") continue;
    if (!available) note(`${engine}: ${reason}`);
    else for (const precision of ENGINES[engine].precisions) await open(engine, precision, null);
  }
  return contenders;
}

async function networks(
  inputSize: number,
  images: readonly PixelImage[],
): Promise<Record<Precision, ModelArtefact>> {
  const state = reproducibleWeights("resnet18");
  const weights = identifyResnet(state);
  const preprocessing = { ...IMAGENET_PREPROCESSING, inputSize };
  const network = { weights, preprocessing };
  const ranges = await calibrateRanges({ ...network, batches: batchesOf(images) });
  const artefact = (precision: Precision, graph: Uint8Array): ModelArtefact => ({
    precision,
    preprocessing,
    readGraph: () => Promise.resolve(graph),
    readWeights: () => Promise.resolve(writeSafetensors(state)),
  });
  return {
    fp32: artefact("fp32", buildResnetGraph(weights, preprocessing)),
    fp16: artefact("fp16", buildResnetGraph(weights, preprocessing, "fp16")),
    int8: artefact("int8", buildInt8Graph(network, ranges)),
  };
}
