import type { StepResult, Trainer, TrainerState, TrainingBatch } from "@hairline/model/train";

/** One weight that learns the mean of what it is shown: every step depends on the batch, its order and all before it. */
export class FakeTrainer implements Trainer {
  readonly name = "fake";
  readonly device = "none";
  readonly shown: number[][] = [];
  readonly rates: number[] = [];
  #state: TrainerState = {
    step: 0,
    weights: Float32Array.of(1),
    first: Float32Array.of(0),
    second: Float32Array.of(0),
  };

  async step({ data, labels, positiveWeight }: TrainingBatch, learningRate: number): Promise<StepResult> {
    const { step, weights, first, second } = this.#state;
    this.shown.push([...data]);
    this.rates.push(learningRate);
    const target = Array.from(data).reduce(
      (sum, value, at) => sum + value * (1 + labels[at]! * positiveWeight),
      0,
    );
    const error = weights[0]! - target / data.length;
    const mean = 0.9 * first[0]! + 0.1 * error;
    this.#state = {
      step: step + 1,
      weights: Float32Array.of(weights[0]! - learningRate * mean),
      first: Float32Array.of(mean),
      second: Float32Array.of(0.99 * second[0]! + 0.01 * error * error),
    };
    return { loss: error * error, logits: new Float32Array(data.length), gradientNorm: Math.abs(error) };
  }

  async gradients(): Promise<never> {
    throw new Error("not asked for by the loop");
  }

  async state(): Promise<TrainerState> {
    const { step, weights, first, second } = this.#state;
    return { step, weights: weights.slice(), first: first.slice(), second: second.slice() };
  }

  async restore(state: TrainerState): Promise<void> {
    this.#state = state;
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
