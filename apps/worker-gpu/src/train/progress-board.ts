import type { TrainingProgress } from "@hairline/core/training";

/** What a training under way would say of itself, kept up to date for whoever tells it on. */
export class ProgressBoard {
  #progress: TrainingProgress = {
    phase: "images",
    epoch: 0,
    step: 0,
    steps: 0,
    images: 0,
    imagesTotal: 0,
    loss: null,
    imagesPerSecond: null,
  };
  #since = performance.now();
  #imagesBefore = 0;

  read(): TrainingProgress {
    return this.#progress;
  }

  /** Begins a phase, and the measuring of its rate. */
  begin(phase: TrainingProgress["phase"], given: Partial<TrainingProgress> = {}): void {
    this.#progress = { ...this.#progress, phase, ...given, imagesPerSecond: null };
    this.#since = performance.now();
    this.#imagesBefore = this.#progress.images;
  }

  update(given: Partial<TrainingProgress>): void {
    const progress = { ...this.#progress, ...given };
    const seconds = (performance.now() - this.#since) / 1000;
    const images = progress.images - this.#imagesBefore;
    this.#progress = { ...progress, imagesPerSecond: images > 0 && seconds > 0 ? images / seconds : null };
  }
}
