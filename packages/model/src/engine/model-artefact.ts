import type { Preprocessing } from "@hairline/imaging/preprocess";
import type { Precision } from "../resnet/graph-interface.ts";

/** A network in every form that an engine may want; read on demand, since no engine wants both. */
export interface ModelArtefact {
  readonly precision: Precision;
  readonly preprocessing: Preprocessing;
  /** The ONNX file. */
  readGraph(): Promise<Uint8Array>;
  /** The canonical safetensors file. */
  readWeights(): Promise<Uint8Array>;
}
