/**
 * Decay of the weights' moving average in a step: small at first, so that it forgets where the training began.
 *
 * @param step from 1
 * @see tf.train.ExponentialMovingAverage, num_updates
 */
export function averageDecayAt(decay: number, step: number): number {
  return Math.min(decay, (1 + step) / (10 + step));
}
