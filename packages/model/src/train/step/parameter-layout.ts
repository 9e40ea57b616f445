import { resnetShapes, type ResnetArchitecture } from "../../resnet/architecture.ts";
import { sizeOf } from "../../autodiff/value.ts";

/** What is trained: every layer, or the last four convolutions and the linear unit on stored maps of layer3. */
export type TrainingStage = "full" | "layer4";

export interface LayoutEntry {
  /** torchvision's name. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Elements before it in the flat vector. */
  readonly offset: number;
  readonly length: number;
  /** Batch norm's running statistics are carried along, not trained. */
  readonly trained: boolean;
}

export interface ParameterLayout {
  /** Trained tensors first, in torchvision's order, then running statistics. */
  readonly entries: readonly LayoutEntry[];
  /** Elements of the trained tensors: gradients and moments have as many. */
  readonly trainedLength: number;
  readonly length: number;
}

/** Where each tensor of a stage lies in the flat float32 vector that trainers exchange. */
export function parameterLayout(architecture: ResnetArchitecture, stage: TrainingStage): ParameterLayout {
  const names = [...resnetShapes(architecture, 1)].filter(([name]) => isPartOf(stage, name));
  const isStatistic = (name: string) => /\.running_(mean|var)$/.test(name);
  const entries: LayoutEntry[] = [];
  let offset = 0;
  let trainedLength = 0;
  for (const trained of [true, false]) {
    for (const [name, shape] of names) {
      if (isStatistic(name) === trained) continue;
      const length = sizeOf(shape);
      entries.push({ name, shape, offset, length, trained });
      offset += length;
    }
    if (trained) trainedLength = offset;
  }
  return { entries, trainedLength, length: offset };
}

export function isPartOf(stage: TrainingStage, name: string): boolean {
  return stage === "full" || name.startsWith("layer4.") || name.startsWith("fc.");
}
