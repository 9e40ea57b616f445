/** AdamW's settings; those left out are PyTorch's. */
export interface AdamwSettings {
  readonly weightDecay: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

export interface AdamwScalars {
  readonly beta1: number;
  readonly beta2: number;
  /** Factor of every weight: 1 − lr λ. */
  readonly decay: number;
  /** lr / (1 − β₁ᵗ) */
  readonly stepSize: number;
  /** 1 / √(1 − β₂ᵗ) */
  readonly rootScale: number;
  readonly epsilon: number;
}

/**
 * What a step of AdamW needs besides weights and moments.
 *
 * @param step from 1
 * @see Loshchilov & Hutter 2019, arXiv:1711.05101; torch.optim.AdamW
 */
export function adamwScalars(settings: AdamwSettings, learningRate: number, step: number): AdamwScalars {
  const { weightDecay, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = settings;
  return {
    beta1,
    beta2,
    decay: 1 - learningRate * weightDecay,
    stepSize: learningRate / (1 - beta1 ** step),
    rootScale: 1 / Math.sqrt(1 - beta2 ** step),
    epsilon,
  };
}

export interface AdamwVectors {
  readonly weights: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly gradient: Float32Array;
}

export interface AdamwRange {
  readonly from: number;
  readonly to: number;
  /** Factor of the gradient: below 1 where it is clipped. */
  readonly scale: number;
}

/** Updates weights and moments of one range of the flat vectors in place. */
export function updateAdamw(
  { weights, first, second, gradient }: AdamwVectors,
  { beta1, beta2, decay, stepSize, rootScale, epsilon }: AdamwScalars,
  { from, to, scale }: AdamwRange,
): void {
  const rest1 = 1 - beta1;
  const rest2 = 1 - beta2;
  for (let index = from; index < to; index += 1) {
    const slope = gradient[index]! * scale;
    const mean = beta1 * first[index]! + rest1 * slope;
    const square = beta2 * second[index]! + rest2 * slope * slope;
    first[index] = mean;
    second[index] = square;
    weights[index] = weights[index]! * decay - (stepSize * mean) / (Math.sqrt(square) * rootScale + epsilon);
  }
}
