/** What a forward thread is started with. */
export interface ForwardThreadData {
  readonly graph: Uint8Array;
  /** Shape of one input; the channels of pixels come with each batch. */
  readonly input:
    | { readonly name: string; readonly kind: "pixels"; readonly size: number }
    | { readonly name: string; readonly kind: "maps"; readonly shape: readonly number[] };
  readonly output: string;
}

/** Inputs of some images; see BatchInputs. */
export interface ForwardBatch {
  readonly count: number;
  readonly data: Uint8Array | Float32Array;
  /** Without meaning for maps. */
  readonly channels: 1 | 3;
}
