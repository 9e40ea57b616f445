import type { Training, TrainingEpoch } from "@hairline/core/training";
import type { Cell, Output } from "./output.ts";
import { formatCount } from "./progress.ts";

/** As scripts read it: no object keys, no database numbers. */
export function trainingJson(training: Training): Record<string, unknown> {
  const { start, checkpoint, cardKey: _card, datasetId: _dataset, baseModelId, modelId, ...rest } = training;
  const numbers = { baseModelId, modelId };
  return { ...rest, ...numbers, startSha256: start.sha256, hasCheckpoint: checkpoint !== null };
}

export function trainingCells({ id, name, dataset, recipe, state, progress, createdAt }: Training): Cell[] {
  const epoch = progress === null ? null : progress.epoch + 1;
  return [id, name, dataset, String(recipe["stage"]), state, epoch, createdAt.toISOString()];
}

/** "epoch 3: training loss 0.512, validation 0.498, AUROC 0.811, best so far" */
export function describeEpoch({ epoch, trainingLoss, validationLoss, auroc, best }: TrainingEpoch): string {
  const parts = [`training loss ${trainingLoss.toFixed(4)}`, `validation ${validationLoss.toFixed(4)}`];
  if (auroc !== null) parts.push(`AUROC ${auroc.toFixed(3)}`);
  if (best) parts.push("best so far");
  return `epoch ${epoch + 1}: ${parts.join(", ")}`;
}

export function printTraining(output: Output, training: Training): void {
  const { recipe, trainingImages, validationImages, leftOut } = training;
  const rows: [string, string | null][] = [
    ["training", training.id],
    ["name", training.name],
    ["state", training.state],
    ["dataset", training.dataset],
    ["stage", String(recipe["stage"])],
    ["start", training.baseModel === null ? training.startKind : `model ${training.baseModel}`],
    [
      "images",
      trainingImages === null
        ? null
        : `${formatCount(trainingImages)} to train on, ${formatCount(validationImages ?? 0)} to validate, ${formatCount(leftOut ?? 0)} left out`,
    ],
    ["model", training.model],
    ["error", training.errorCode === null ? null : `${training.errorCode}: ${training.errorMessage}`],
    ["checkpoint", training.checkpoint === null ? null : "kept"],
    ["recipe", JSON.stringify(recipe)],
  ];
  for (const [label, value] of rows) if (value !== null) output.line(`  ${label.padEnd(10)}  ${value}`);
}

const BAR_WIDTH = 24;

/** One line an epoch, the validation loss also as a bar against the largest one. */
export function printCurves(output: Output, epochs: readonly TrainingEpoch[]): void {
  if (epochs.length === 0) return;
  const largest = Math.max(...epochs.map(({ validationLoss }) => validationLoss));
  output.line();
  output.table(
    ["epoch", "training", "validation", "", "AUROC", "rate", "img/s", "best"],
    epochs.map((epoch) => [
      epoch.epoch + 1,
      epoch.trainingLoss.toFixed(4),
      epoch.validationLoss.toFixed(4),
      "█".repeat(Math.max(1, Math.round((BAR_WIDTH * epoch.validationLoss) / largest))),
      epoch.auroc === null ? null : epoch.auroc.toFixed(3),
      epoch.learningRate.toExponential(1),
      epoch.imagesPerSecond === null ? null : epoch.imagesPerSecond.toFixed(1),
      epoch.best ? "*" : "",
    ]),
  );
}
