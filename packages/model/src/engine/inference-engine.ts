/** Decoded, resized radiographs, not yet normalised: the network's graph does that. */
export interface PixelBatch {
  /** N, at least 1. */
  readonly count: number;
  /** 1 is grey, replicated by the graph. One value for the batch. */
  readonly channels: 1 | 3;
  /** S, side of the square images. */
  readonly size: number;
  /** Row-major [N, C, S, S]. */
  readonly data: Uint8Array;
}

/** What the network says of a batch, in the batch's order; every array is the caller's own. */
export interface InferenceResult {
  /** [N]; finite. The probability is their logistic. */
  readonly logits: Float32Array;
  /** Row-major [N, camHeight, camWidth]; Grad-CAM at layer4 after ReLU, finite and not negative. */
  readonly cams: Float32Array;
  readonly camHeight: number;
  readonly camWidth: number;
  /** Row-major [N, 512]; layer4 averaged over its cells. */
  readonly embeddings: Float32Array;
}

/**
 * Runs one network. The port every engine implements and test/engine/contract.ts holds it to.
 * Batches may be submitted together; each is answered with its own result.
 */
export interface InferenceEngine extends AsyncDisposable {
  /** Such as `onnxruntime`. */
  readonly name: string;
  /** Such as `cpu` or `cuda:0`. */
  readonly device: string;
  /** S, the only image size the network takes. */
  readonly inputSize: number;
  /**
   * @throws HairlineError BAD_SHAPE when the batch is not as declared; INFERENCE_FAILED when the run fails or an image
   *   gives no finite logit or CAM (`field` says which, by index); ENGINE_UNAVAILABLE after close
   */
  infer(batch: PixelBatch): Promise<InferenceResult>;
  /** Ends after the batches under way; a second call does nothing. */
  close(): Promise<void>;
}
