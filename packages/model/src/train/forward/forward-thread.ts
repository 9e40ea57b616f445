import { workerData } from "node:worker_threads";
import { HairlineError } from "@hairline/core/errors";
import { ownBytes, serveRequests, type Answer } from "@hairline/core/threads";
import type { InferenceSession } from "onnxruntime-node";
import { createSession, reasonOf } from "../../engine/onnx-runtime/create-session.ts";
import { loadOnnxRuntime, type Runtime } from "../../engine/onnx-runtime/load-runtime.ts";
import type { ForwardBatch, ForwardThreadData } from "./forward-protocol.ts";

const { graph, input, output } = workerData as ForwardThreadData;
let opened: { readonly runtime: Runtime; readonly session: InferenceSession } | undefined;

serveRequests(async (batch: ForwardBatch): Promise<Answer<Float32Array>> => {
  opened ??= await open();
  const { runtime, session } = opened;
  const tensor = inputTensor(runtime, batch);
  const outputs = await session.run({ [input.name]: tensor }, [output]).catch((error: unknown) => {
    throw new HairlineError("INFERENCE_FAILED", `ONNX Runtime could not run: ${reasonOf(error)}`, {
      cause: error,
    });
  });
  const values = outputs[output]!.data as Float32Array;
  const own = ownBytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return {
    value: new Float32Array(own.buffer, own.byteOffset, values.length),
    transfer: [own.buffer],
  };
});

async function open() {
  const runtime = await loadOnnxRuntime();
  return {
    runtime,
    session: await createSession(runtime, graph, { provider: "cpu", device: 0, threads: 1 }),
  };
}

function inputTensor({ Tensor }: Runtime, { count, data, channels }: ForwardBatch) {
  if (input.kind === "maps") return new Tensor("float32", data as Float32Array, [count, ...input.shape]);
  return new Tensor("uint8", data as Uint8Array, [count, channels, input.size, input.size]);
}
