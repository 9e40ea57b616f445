import { workerData } from "node:worker_threads";
import { serveRequests, type Answer } from "@hairline/core/threads";
import { updateAdamw } from "../step/adamw.ts";
import { GradientSession } from "./gradient-session.ts";
import type {
  ReduceRequest,
  StepRequest,
  StepResponse,
  StepThreadData,
  UpdateRequest,
} from "./step-protocol.ts";

const { graph, vectors, index, threads } = workerData as StepThreadData;
let session: GradientSession | undefined;

serveRequests(async (request: StepRequest): Promise<Answer<StepResponse>> => {
  switch (request.type) {
    case "gradient":
      session ??= await GradientSession.open(graph, threads);
      return { value: await session.run(request, vectors.weights, vectors.parts[index]!) };
    case "reduce":
      return { value: { squares: reduce(request) } };
    case "update":
      update(request);
      return { value: { updated: true } };
  }
});

/** Always in the order of the threads, so that a step gives the same bits again. */
function reduce({ from, to }: ReduceRequest): number {
  const { gradient, parts } = vectors;
  const [first, ...rest] = parts as [Float32Array, ...Float32Array[]];
  let squares = 0;
  for (let at = from; at < to; at += 1) {
    let sum = first[at]!;
    for (const part of rest) sum += part[at]!;
    gradient[at] = sum;
    squares += sum * sum;
  }
  return squares;
}

function update({ from, to, scale, scalars, averageDecay }: UpdateRequest): void {
  const { weights, average } = vectors;
  updateAdamw(vectors, scalars, { from, to, scale });
  if (average === undefined || averageDecay === undefined) return;
  const share = 1 - averageDecay;
  for (let at = from; at < to; at += 1) average[at] = average[at]! * averageDecay + weights[at]! * share;
}
