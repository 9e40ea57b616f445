/** Flat vectors that a trainer's threads share. */
export interface SharedVectors {
  /** Weights, then running statistics. */
  readonly weights: Float32Array<SharedArrayBuffer>;
  readonly first: Float32Array<SharedArrayBuffer>;
  readonly second: Float32Array<SharedArrayBuffer>;
  /** Sum of the threads' gradients. */
  readonly gradient: Float32Array<SharedArrayBuffer>;
  /** Each thread's own, in the order of the threads. */
  readonly parts: readonly Float32Array<SharedArrayBuffer>[];
  readonly average: Float32Array<SharedArrayBuffer> | undefined;
}

export function sharedVector(length: number): Float32Array<SharedArrayBuffer> {
  return new Float32Array(new SharedArrayBuffer(4 * length));
}
